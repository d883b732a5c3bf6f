/**
 * Samples are many and short-lived. Left to grow, the space for what is young takes 60 MB more and saves little time.
 *
 * Called when all that is needed is loaded: V8 takes nothing any more of what was compiled before once it was told,
 * neither of what Node brings along nor of ordeal.
 */
export async function keepYoungSpaceSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}
