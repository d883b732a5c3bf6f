import { expect, it } from 'vitest';
import { observeDrill, type Moment, type Story } from './by-itself.ts';

const well: Moment = { primary: 'b', well: true };
const takesOver: Story['afterFault'] = (ms) => (ms < 2000 ? { primary: 'none', well: false } : well);

async function told(afterHeal: Story['afterHeal'], more: Partial<Story> = {}) {
  const { outcome } = await observeDrill({
    afterFault: takesOver,
    loss: 'killed',
    ...(afterHeal === undefined ? {} : { afterHeal }),
    ...more,
  });
  const { failed, steps, rto, flaps, badSeconds } = outcome.record;
  const after = outcome.windows.find(({ name }) => name.endsWith('/after'));
  return { failed, rto, flaps, badSeconds, step: steps.find(({ name }) => name === 'stay well'), after };
}

it('clients are looked at behind the healing for as long as before it', async () => {
  const { failed, step, after, rto } = await told(() => well);
  expect(failed).toBeUndefined();
  expect(step?.detail).toBe(
    'clients were well for 5 s behind the healing, b stayed the primary, and a is beside it',
  );
  expect(
    (after?.monotonicTo ?? 0) - (after?.monotonicFrom ?? 0),
    'it is part of what is judged',
  ).toBeGreaterThan(10_000);
  expect(rto.high).toBeLessThan(2.3);
});

it('clients that are broken by what comes back fail the drill, and its recovery time stays what it was', async () => {
  const { failed, rto, flaps, badSeconds } = await told((ms) =>
    ms > 1000 && ms < 2000 ? { primary: 'b', well: false } : well,
  );
  expect(failed).toContain('stream write is well after the healing');
  expect(rto.high).toBeLessThan(2.3);
  expect(flaps).toBe(1);
  expect(badSeconds).toBeGreaterThan(2.7);
});

it('clients that never get well again are no recovery', async () => {
  const { failed } = await told((ms) => (ms % 4000 > 3500 ? { primary: 'b', well: false } : well));
  expect(failed).toContain('after the healing clients were not well within 60 s: write');
});

it('an old primary that takes the place again fails the drill', async () => {
  const { failed } = await told((ms) => (ms > 3000 ? { primary: 'a', well: true } : well));
  expect(failed).toContain('the primary stays: a is the primary, b was it before the healing');
});

it('two primaries after the healing fail the drill', async () => {
  const { failed } = await told((ms) => (ms > 3000 ? { primary: 'both', well: true } : well));
  expect(failed).toContain('expected exactly one primary, found a and b');
});

it('a node that does not come back fails the drill', async () => {
  const { failed } = await told(() => well, { gone: 'for good' });
  expect(failed).toContain('after the healing the store is not whole: a does not answer');
});
