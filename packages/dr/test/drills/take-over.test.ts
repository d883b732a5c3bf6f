import { expect, it } from 'vitest';
import { observeDrill, type Moment, type Story } from './by-itself.ts';

/** From so many milliseconds after the fault on, b is the primary and clients are well. */
const takesOver =
  (afterMs: number): Story['afterFault'] =>
  (ms): Moment =>
    ms < afterMs ? { primary: 'none', well: false } : { primary: 'b', well: true };

async function told(story: Story) {
  const { outcome } = await observeDrill(story);
  const { failed, steps, bounds = [], decomposition } = outcome.record;
  const takeover = bounds.find(({ name }) => name === 'takeover');
  return { failed, step: steps.find(({ name }) => name === 'take over'), takeover, decomposition };
}

it('a takeover as soon as the primary is lost is seen all the same', async () => {
  const { failed, step, decomposition } = await told({ afterFault: takesOver(0), loss: 'stopped' });
  expect(failed).toBeUndefined();
  expect(step).toMatchObject({ outcome: 'done', detail: 'node b took over from a by itself' });
  expect(decomposition.promoted?.high).toBeLessThan(0.2);
});

it('what was measured is set against what the settings say of that very loss', async () => {
  const stopped = await told({ afterFault: takesOver(1000), loss: 'stopped' });
  expect(stopped.takeover).toMatchObject({ configured: { low: 0, high: 3 }, outcome: 'explained' });
  expect(stopped.takeover?.detail).toContain('it is stopped; a lock lasts ttl 10 s');
  const killed = await told({ afterFault: takesOver(1000), loss: 'killed' });
  expect(killed.takeover).toMatchObject({ configured: { low: 4, high: 17 }, outcome: 'too short' });
  const frozen = await told({ afterFault: takesOver(17_500), loss: 'frozen' });
  expect(frozen.takeover).toMatchObject({ configured: { low: 4, high: 18 }, outcome: 'explained' });
});

it('of a loss that nobody can tell each way counts, and the record says so', async () => {
  const { takeover } = await told({ afterFault: takesOver(1000) });
  expect(takeover).toMatchObject({ configured: { low: 0, high: 19 }, outcome: 'explained' });
  expect(takeover?.detail).toContain('how the fault takes it away is not told');
});

it('a primary that is cut off and still says that it is one is waited out', async () => {
  const cutOff: Story['afterFault'] = (ms) =>
    ms < 8000 ? { primary: 'a', well: false } : { primary: 'b', well: true };
  const { step, takeover } = await told({ afterFault: cutOff, loss: 'partitioned' });
  expect(step).toMatchObject({ outcome: 'done', detail: 'node b took over from a by itself' });
  expect(takeover?.outcome).toBe('explained');
});

it('a primary that was not lost is told from one that was', async () => {
  const unmoved = await told({ afterFault: () => ({ primary: 'a', well: true }), loss: 'killed' });
  expect(unmoved.failed).toBeUndefined();
  expect(unmoved.step?.detail).toBe('the primary a was not lost: it still is the primary');
  expect(unmoved.takeover?.outcome).toBe('not measured');
});

it('one that is lost, and nobody takes over from, fails the drill', async () => {
  const { failed } = await told({ afterFault: () => ({ primary: 'none', well: true }), loss: 'killed' });
  expect(failed).toContain('no other node took over from a within 60 s');
});

it('a store that does not choose by itself is not watched', async () => {
  const { failed, step } = await told({
    afterFault: () => ({ primary: 'a', well: true }),
    store: 'without observe',
  });
  expect(failed).toBeUndefined();
  expect(step?.detail).toBe('this store does not choose a primary by itself');
});
