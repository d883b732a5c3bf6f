import { expect, it } from 'vitest';
import { holdLease, LeaseLost } from '../../src/lease/hold.ts';
import type { LeaseHolder, LeaseObject, LeaseState } from '../../src/lease/object.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';
import type { Clock } from '../../src/time/clock.ts';

const holder = (run: string): LeaseHolder => ({ run, by: 'ada@here', since: '2026-03-01T02:00:00Z' });

/** One lease as an API server keeps it. */
function place(clock: Clock) {
  let state: LeaseState | undefined;
  let version = 0;
  let away: string | undefined;
  const write = (by: LeaseHolder, seconds: number): string => {
    version += 1;
    state = { holder: by, renewedAt: clock.wall(), seconds, version: String(version) };
    return String(version);
  };
  const answer = <T>(task: () => T) =>
    away === undefined ? Promise.resolve(task()) : Promise.reject(new Error(away));
  const object: LeaseObject = {
    where: 'the lease',
    read: () => answer(() => state),
    create: (by, seconds) => answer(() => (state === undefined ? write(by, seconds) : undefined)),
    replace: (old, by, seconds) => answer(() => (state?.version === old ? write(by, seconds) : undefined)),
    remove: (old) =>
      answer(() => {
        if (state?.version !== old) return false;
        state = undefined;
        return true;
      }),
  };
  return {
    object,
    now: () => state,
    goAway: (why: string | undefined) => (away = why),
    takenBy: (run: string) => write(holder(run), 30),
    touched: () => write(state?.holder ?? holder('?'), 30),
  };
}

const clockAt = (): Clock => createVirtualClock({ now: 1_000_000, wall: Date.parse('2026-03-01T02:00:00Z') });

it('is taken by one, renewed, and given back', async () => {
  const clock = clockAt();
  const { object, now } = place(clock);
  const say = () => {};
  const first = await holdLease(object, holder('one'), { clock, say });
  expect(first.taken).toBe(true);
  const second = await holdLease(object, holder('two'), { clock, say });
  expect(second).toMatchObject({
    taken: false,
    reason: expect.stringMatching(/^run one of ada@here has been/),
  });
  await clock.sleep(300_000);
  expect(await holdLease(object, holder('two'), { clock, say })).toMatchObject({ taken: false });
  if (first.taken) await first.release();
  expect(now()).toBeUndefined();
});

it('is taken over when it was not renewed for twice its time, and no earlier', async () => {
  const clock = clockAt();
  const { object, takenBy } = place(clock);
  takenBy('dead');
  await clock.sleep(59_000);
  expect(await holdLease(object, holder('next'), { clock, say: () => {} })).toMatchObject({ taken: false });
  await clock.sleep(2_000);
  const next = await holdLease(object, holder('next'), { clock, say: () => {} });
  expect(next.taken).toBe(true);
  if (next.taken) await next.release();
});

it('is never taken over when nobody can tell when it was renewed', async () => {
  const clock = clockAt();
  const { object, takenBy } = place(clock);
  takenBy('dead');
  const blind = { ...object, read: async () => ({ ...(await object.read(signal)), renewedAt: Number.NaN }) };
  const signal = new AbortController().signal;
  await clock.sleep(1e9);
  const next = await holdLease(blind as LeaseObject, holder('next'), { clock, say: () => {} });
  expect(next).toMatchObject({ taken: false });
});

it('is lost when somebody else has it, but not by a renewal whose answer was lost', async () => {
  const clock = clockAt();
  const { object, takenBy, touched } = place(clock);
  const held = await holdLease(object, holder('one'), { clock, say: () => {} });
  if (!held.taken) throw new Error('it was free');
  touched();
  await clock.sleep(60_000);
  expect(held.signal.aborted).toBe(false);
  takenBy('two');
  await clock.sleep(10_000);
  expect(held.signal.reason).toBeInstanceOf(LeaseLost);
  await held.release();
});

it('is given back although it was just being renewed', async () => {
  const clock = clockAt();
  const { object, now } = place(clock);
  const slow: LeaseObject = {
    ...object,
    // It is written, and the answer takes its time.
    replace: async (...request) => {
      await object.replace(...request);
      return new Promise<never>(() => {});
    },
  };
  const held = await holdLease(slow, holder('one'), { clock, say: () => {} });
  if (!held.taken) throw new Error('it was free');
  await clock.sleep(8_000);
  await held.release();
  expect(now()).toBeUndefined();
});

it('is lost when it cannot be renewed for its time, and survives a shorter silence', async () => {
  const clock = clockAt();
  const { object, goAway } = place(clock);
  const said: string[] = [];
  const held = await holdLease(object, holder('one'), { clock, say: (message) => said.push(message) });
  if (!held.taken) throw new Error('it was free');
  goAway('connection refused');
  await clock.sleep(20_000);
  goAway(undefined);
  await clock.sleep(60_000);
  expect(held.signal.aborted).toBe(false);
  goAway('connection refused');
  await clock.sleep(60_000);
  expect(String(held.signal.reason)).toContain('could not be renewed for 30 s (connection refused)');
  await held.release();
  expect(said.at(-1)).toContain('runs out by itself');
});

it('is not taken where nobody answers', async () => {
  const clock = clockAt();
  const { object, goAway } = place(clock);
  goAway('connection refused');
  expect(await holdLease(object, holder('one'), { clock, say: () => {} })).toEqual({
    taken: false,
    why: 'unreachable',
    reason: 'the lease cannot be taken: connection refused',
  });
});

it('of a run that is known to be dead is taken over before it has run out', async () => {
  const clock = clockAt();
  const { object } = place(clock);
  await object.create(holder('dead'), 30, new AbortController().signal);
  const settings = { clock, say: () => {} };
  const refused = await holdLease(object, holder('two'), { ...settings, isDead: (run) => run === 'another' });
  expect(refused).toMatchObject({ taken: false, why: 'held', reason: expect.stringContaining('run dead') });
  const lease = await holdLease(object, holder('two'), { ...settings, isDead: (run) => run === 'dead' });
  expect(lease.taken).toBe(true);
  if (lease.taken) await lease.release();
});
