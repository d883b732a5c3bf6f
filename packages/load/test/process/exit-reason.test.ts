import { expect, it } from 'vitest';
import { exitReason } from '../../src/process/exit-reason.ts';

/** Also of the codes that no k6 could be brought to: see docs/load.md. */

it.each([
  [0, 'k6 ended by itself'],
  [2, 'it broke down, as a program does that panics or gets no more memory'],
  [97, 'a run in its cloud failed'],
  [98, 'a run in its cloud told nothing of its progress'],
  [99, 'a threshold was crossed, although thresholds are off'],
  [100, 'its setup took too long'],
  [101, 'its teardown took too long'],
  [102, 'it took too long'],
  [103, 'it was stopped through its REST interface'],
  [104, 'it did not accept its configuration'],
  [105, 'it was stopped by a signal'],
  [106, 'its REST interface could not be opened'],
  [107, 'the script threw an exception while it was read, set up or torn down'],
  [108, 'the script ended the run'],
  [109, 'it panicked'],
  [110, 'the script marked the run as failed'],
  [255, 'an error of no special kind'],
  [42, 'a code without a known meaning'],
])('exit code %d is told as: %s', (code, words) => {
  const expected = code === 0 ? words : `k6 ended with exit code ${code}: ${words}`;
  expect(exitReason({ code, signal: null }, [])).toBe(expected);
});

it('tells a signal, and what k6 itself logged', () => {
  expect(exitReason({ code: null, signal: 'SIGKILL' }, [])).toBe(
    'k6 was killed by SIGKILL, as a machine does that has no memory left',
  );
  expect(exitReason({ code: null, signal: 'SIGABRT' }, ['first', 'second'])).toBe(
    'k6 was killed by SIGABRT (first; second)',
  );
});
