import type { Clock } from '@ordeal/shared/time/clock';
import { describe, expect, it } from 'vitest';
import { keepsTime } from '../../src/run/keeps-time.ts';

/** A clock whose sleeps take longer by what `late` says of each of them; in ms. */
function clockThatIs(late: (sleep: number) => number): Clock & { readonly sleeps: () => number } {
  let now = 0;
  let sleeps = 0;
  return {
    now: () => now,
    wall: () => now,
    sleep: async (ms) => {
      now += ms + late(sleeps);
      sleeps += 1;
    },
    sleeps: () => sleeps,
  };
}

const signal = new AbortController().signal;

describe('whether the event loop keeps time', () => {
  it('is seen at the first look, as a rule', async () => {
    const clock = clockThatIs(() => 1);
    expect(await keepsTime(clock, signal)).toEqual([]);
    expect(clock.sleeps()).toBe(10);
  });

  it('is looked at again when it stalled once', async () => {
    const clock = clockThatIs((sleep) => (sleep === 3 ? 400 : 0));
    expect(await keepsTime(clock, signal)).toEqual([]);
  });

  it('is denied when it stalls at each look', async () => {
    const clock = clockThatIs((sleep) => (sleep % 7 === 0 ? 400 : 0));
    expect(await keepsTime(clock, signal)).toEqual([
      'this machine is too busy to measure on: a 5 ms wait took 400 ms longer, and 4 looks before it were no better',
    ]);
  });
});
