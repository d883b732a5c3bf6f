import { expect, it } from 'vitest';
import { observeDrill, type Moment, type Story } from './by-itself.ts';

/** A drill that only observes gives the platform no credit for what was over, or was healed, without it. */

/** A platform that does nothing: its primary is back once nothing is wrong with it any more. */
const idle =
  (afterMs: number): Story['afterFault'] =>
  (ms): Moment =>
    ms < afterMs ? { primary: 'none', well: false } : { primary: 'a', well: true };
const takesOver = (ms: number): Moment =>
  ms < 3000 ? { primary: 'none', well: false } : { primary: 'b', well: true };

async function told(story: Story) {
  const { outcome, run } = await observeDrill(story);
  const words = outcome.record.steps.map(({ name, detail }) => `${name}: ${detail}`).join('\n');
  return { broke: outcome.observersBroke, words, order: run.order, failed: outcome.record.failed };
}

it.each<[string, Story]>([
  ['that chooses its primary', { afterFault: idle(8000), endsAfter: 8000, loss: 'frozen' }],
  ['that does not', { afterFault: idle(8000), endsAfter: 8000, store: 'without observe' }],
  ['that was about to', { afterFault: takesOver, endsAfter: 4000, loss: 'frozen' }],
])('is inconclusive when the fault ended by itself, on a store %s', async (_, story) => {
  const { broke, words } = await told(story);
  expect(broke).toMatch(/a-lost was not in any more.*ended by itself.*drill it again/);
  expect(words).not.toContain('was not lost');
});

it('is inconclusive when somebody else has healed it meanwhile', async () => {
  const { broke } = await told({ afterFault: takesOver, settledAfter: 4000, loss: 'frozen' });
  expect(broke).toMatch(/somebody else has healed the fault .*a-lost.*drill it again/);
});

it('is inconclusive when nobody can tell whether it was still in, and heals it all the same', async () => {
  const { broke, order } = await told({
    afterFault: takesOver,
    loss: 'frozen',
    faultStatus: { state: 'unknown', reason: 'the host does not answer' },
  });
  expect(broke).toMatch(/cannot be told: the host does not answer/);
  expect(order).toEqual(['push', 'settle']);
});

it('is held against nobody where it is over once it has hit, or lasts', async () => {
  for (const more of [{ once: true, faultStatus: { state: 'absent' } }, {}] as const) {
    const { broke, failed } = await told({ afterFault: takesOver, loss: 'killed', ...more });
    expect([broke, failed]).toEqual([undefined, undefined]);
  }
});
