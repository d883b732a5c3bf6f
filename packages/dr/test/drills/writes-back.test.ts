import { expect, it } from 'vitest';
import { observeDrill, type Story } from './by-itself.ts';

/** Clients that the stream stands for are well after two seconds: it may be one that only reads. */
const readsAreWell: Story['afterFault'] = (ms) =>
  ms < 2000 ? { primary: 'none', well: false } : { primary: 'b', well: true };

async function told(writesAwayFor: number) {
  const { outcome } = await observeDrill({ afterFault: readsAreWell, loss: 'killed', writesAwayFor });
  const { failed, rto, decomposition } = outcome.record;
  return { failed, rto, recovered: decomposition.recovered };
}

it('nobody has recovered while no write is taken, whatever the streams see', async () => {
  const { failed, rto } = await told(10 * 60_000);
  expect(failed).toMatch(
    /^recover: not recovered within 60 s: writes \(none of the ledger's was acknowledged for \d+\.\d s\)/,
  );
  expect(rto).toMatchObject({ high: null, givenUpAfter: 60 });
});

it('the recovery time is that of the first write that is taken again, where that is the last to come back', async () => {
  const { failed, rto, recovered } = await told(20_000);
  expect(failed).toBeUndefined();
  expect(rto.low, 'each write waits for a second, and as long may go by without any').toBeCloseTo(18, 2);
  expect(rto.high).toBeCloseTo(20, 2);
  expect(recovered?.high).toBeCloseTo(20, 2);
});

it('writes that come back behind the deadline are too late', async () => {
  const { failed, rto } = await told(63_000);
  expect(failed).toContain('not recovered within 60 s: writes, until 63.0 s after it');
  expect(rto.high).toBeNull();
});

it('what streams saw is not put off by a write that waited for its timeout', async () => {
  const { failed, rto } = await told(3500);
  expect(failed).toBeUndefined();
  expect(rto.high).toBeLessThan(2.3);
});
