import { expect, it } from 'vitest';
import type { Edge, Interrupting } from '../../src/edge.ts';
import { watchSignals } from '../../src/run/interruption.ts';

/** A process that gets signals, and what it says and how it ends. */
function watched() {
  let listener: (signal: Interrupting) => void = () => {};
  let now = 0;
  const said: string[] = [];
  const exits: number[] = [];
  const edge = {
    stderr: { write: (text: string) => said.push(text) > 0 },
    onSignal: (one: (signal: Interrupting) => void) => {
      listener = one;
      return () => {};
    },
    exit: (code: number) => void exits.push(code),
  } as unknown as Edge;
  const interruption = watchSignals(edge, 'ending', { now: () => now });
  return {
    interruption,
    said,
    exits,
    at: (ms: number, signal: Interrupting) => {
      now = ms;
      listener(signal);
    },
  };
}

it('ends at once at the third signal, and not before', () => {
  const { at, exits, interruption } = watched();
  at(0, 'SIGINT');
  at(1_000, 'SIGINT');
  expect([interruption.signal.aborted, exits]).toEqual([true, []]);
  at(2_000, 'SIGINT');
  expect(exits).toEqual([130]);
});

it('takes a signal that comes several times at once, as by `timeout` and a launcher, for one', () => {
  const { at, exits, said } = watched();
  for (const ms of [0, 3, 40, 200]) at(ms, 'SIGTERM');
  expect(exits).toEqual([]);
  expect(said).toEqual(['\nSIGTERM: ending …\n']);
});

it('is not kept from ending at once by whoever keeps on', () => {
  const { at, exits } = watched();
  for (let ms = 0; ms <= 1_200; ms += 100) at(ms, 'SIGINT');
  expect(exits[0]).toBe(130);
});

it('is interrupted when its launcher was killed, and names that', () => {
  const { at, interruption } = watched();
  at(0, 'the end of its launcher');
  expect(interruption.signal.reason).toMatchObject({
    message: 'interrupted by the end of its launcher',
    exitCode: 143,
  });
});
