/**
 * V8 begins to mark what is alive after some megabytes, beside the program. A run that only asks is over by then, and
 * marking takes a tenth of its processor time. What a longer one fills is freed all the same, all at once.
 *
 * Called when all that is needed is loaded, as `keepYoungSpaceSmall` is.
 */
export async function markNothingBeside(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-incremental-marking');
}
