import type { Edge } from '../edge.ts';

/** Why a run was interrupted, and the exit code that says so. */
export class Interrupted extends Error {
  readonly exitCode: 130 | 143;

  constructor(signal: string) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * The first signal aborts the run, which then heals and writes its record. A second one changes nothing and
 * says so; the third ends at once and says what is left.
 */
export function watchSignals(
  edge: Edge,
  left: () => readonly string[],
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let count = 0;
  const stop = edge.onSignal((signal) => {
    count += 1;
    if (count === 1) {
      edge.stderr.write(`\n${signal}: healing everything, then writing the record …\n`);
      controller.abort(new Interrupted(signal));
    } else if (count === 2) {
      edge.stderr.write(`\n${signal}: still healing; once more ends at once and may leave faults behind.\n`);
    } else {
      const open = left();
      const list =
        open.length === 0 ? 'nothing is left.' : `left behind:\n${open.map((one) => `  ${one}\n`).join('')}`;
      edge.stderr.write(
        `\n${signal}: ended at once; ${list}\nThe guardian goes on healing; \`ordeal recover\` shows the state.\n`,
      );
      edge.exit(signal === 'SIGINT' ? 130 : 143);
    }
  });
  return { signal: controller.signal, stop };
}
