import type { K6Exit } from './k6-process.ts';

/** k6's own codes, and that of the language it is written in. */
const meanings: Readonly<Record<number, string>> = {
  2: 'it broke down, as a program does that panics or gets no more memory',
  97: 'a run in its cloud failed',
  98: 'a run in its cloud told nothing of its progress',
  99: 'a threshold was crossed, although thresholds are off',
  100: 'its setup took too long',
  101: 'its teardown took too long',
  102: 'it took too long',
  103: 'it was stopped through its REST interface',
  104: 'it did not accept its configuration',
  105: 'it was stopped by a signal',
  106: 'its REST interface could not be opened',
  107: 'the script threw an exception while it was read, set up or torn down',
  108: 'the script ended the run',
  109: 'it panicked',
  110: 'the script marked the run as failed',
  255: 'an error of no special kind',
};

/** Why k6 ended, in words, with the errors that it logged. */
export function exitReason(exit: K6Exit, errors: readonly string[]): string {
  const how =
    exit.signal !== null
      ? `k6 was killed by ${exit.signal}${exit.signal === 'SIGKILL' ? ', as a machine does that has no memory left' : ''}`
      : exit.code === 0
        ? 'k6 ended by itself'
        : `k6 ended with exit code ${exit.code}: ${meanings[exit.code ?? -1] ?? 'a code without a known meaning'}`;
  return errors.length === 0 ? how : `${how} (${errors.join('; ')})`;
}
