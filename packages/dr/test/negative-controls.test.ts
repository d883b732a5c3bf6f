import type { DrillMeasure } from '@ordeal/shared/objectives/signal';
import type { DrillRecord, LedgerRecord } from '@ordeal/shared/record/record';
import { describe, expect, it } from 'vitest';
import type { Course } from '../src/drills/course.ts';
import { standbyRefusals } from '../src/drills/refuse.ts';
import { reportOn } from '../src/split-brain/report.ts';
import { addAnswer, unknownNode } from '../src/split-brain/spans.ts';
import { anchor, drillOf, findingsOf, measures } from './judged-drill.ts';
import { testContext } from './drivers/two-servers.ts';
import { analyse } from './ledger/encode.ts';
import type { LedgerItem, LedgerWrite } from './ledger/model.ts';

/*
 * What a drill must never overlook: each defect is planted, and has to come out as a failed objective that names it.
 * Here on paper; `negative-controls-observed.test.ts` has them seen by the observers themselves, and
 * `npm run prove -- negative-controls` shows on real servers what can only be shown there.
 */

/** Acknowledged at 100, 200, …, by one worker; the fault is at 1000. */
const writes: readonly LedgerWrite[] = Array.from({ length: 20 }, (_, sequence) => ({
  id: `0-${sequence}`,
  worker: 0,
  sequence,
  hash: `h0-${sequence}`,
  outcome: 'ok' as const,
  invoked: (sequence + 1) * 100 - 10,
  completed: (sequence + 1) * 100,
}));
const items: readonly LedgerItem[] = writes.map(({ id, hash }) => ({ id, hash }));
const without = (...ids: readonly string[]): readonly LedgerItem[] =>
  items.filter(({ id }) => !ids.includes(id));

async function ledger(
  first: readonly LedgerItem[],
  second = first,
  all: readonly LedgerWrite[] = writes,
): Promise<LedgerRecord> {
  const reading = (begun: number, found: readonly LedgerItem[]) => ({
    begun,
    completed: begun + 10,
    items: found,
  });
  return await analyse({
    writes: all,
    readings: [reading(5000, first), reading(5100, second)],
    fault: { low: 1000, high: 1010 },
    targetSeconds: 1,
    anchor,
  });
}

const item = (id: string, hash = `h${id}`): LedgerItem => ({ id, hash });
const failed = (write: LedgerWrite): LedgerWrite => ({ ...write, outcome: 'fail' });

const planted: readonly (readonly [
  what: string,
  measure: DrillMeasure,
  names: RegExp,
  plant: () => Promise<DrillRecord>,
])[] = [
  [
    'acknowledged writes that are lost',
    'lost',
    /2 of 20 acknowledged writes were lost/,
    async () => drillOf(await ledger(without('0-8', '0-9'))),
  ],
  [
    'a loss with a hole',
    'lost',
    /2 lost although a later write of the same worker survives \(a hole\)/,
    async () => drillOf(await ledger(without('0-4', '0-6'))),
  ],
  [
    'writes that were acknowledged after the fault and are lost',
    'lost',
    /acknowledged after the fault: a split brain/,
    async () => drillOf(await ledger(without('0-18', '0-19'))),
  ],
  [
    'duplicates',
    'anomalies',
    /1 there more than once \(duplicate\)/,
    async () => drillOf(await ledger([...items, item('0-3')])),
  ],
  [
    'phantom rows',
    'anomalies',
    /1 there though nobody wrote it \(phantom\)/,
    async () => drillOf(await ledger([...items, item('7-7')])),
  ],
  [
    'resurrected writes',
    'anomalies',
    /1 there though it was refused \(resurrected\)/,
    async () =>
      drillOf(
        await ledger(
          items,
          items,
          writes.map((write) => (write.id === '0-5' ? failed(write) : write)),
        ),
      ),
  ],
  [
    'corrupt payloads',
    'anomalies',
    /1 there with another payload \(corrupt\)/,
    async () => drillOf(await ledger([...without('0-5'), item('0-5', 'another')])),
  ],
  [
    'stale reads',
    'stale',
    /1 missed by a read that began after its acknowledgement/,
    async () => drillOf(await ledger(without('0-5'), items)),
  ],
  [
    'two writable primaries',
    'writers',
    /nodes a and b took writes at the same time/,
    async () => {
      const yes = (node: string, at: number) => ({
        node,
        asked: at,
        answered: at + 5,
        takes: 'yes' as const,
        incarnation: 'timeline 1',
        detail: 'it committed a write',
      });
      const tracks = ['a', 'b'].map((node) =>
        [100, 200, 300].reduce((track, at) => addAnswer(track, yes(node, at), 1000), unknownNode(node, 0)),
      );
      const { outcome, detail } = reportOn(tracks, 0);
      return drillOf(await ledger(items), { writers: { outcome, detail } });
    },
  ],
  ['a recovery that flaps', 'flaps', /./, async () => drillOf(await ledger(items), { flaps: 2 })],
];

describe('a planted defect is found, and named', () => {
  it.each(planted)('%s', async (_what, measure, names, plant) => {
    const drill = await plant();
    const finding = findingsOf(drill).find((one) => one.objective === measure);
    expect(finding).toMatchObject({ outcome: 'fail' });
    expect(finding?.explanation ?? finding?.signal ?? '').toMatch(names);
  });
});

it('ten healthy drills show none', async () => {
  for (let round = 0; round < 10; round += 1) {
    const shuffled = items.toSorted((one, other) => (one.id + round < other.id + round ? -1 : 1));
    const findings = findingsOf(drillOf(await ledger(shuffled)));
    expect(findings.map(({ outcome }) => outcome)).toEqual(measures.map(() => 'pass'));
  }
});

it('a standby that does not replicate is no standby to fail over to', async () => {
  const node = { reachable: true, timeline: 1, position: 1, detail: {} } as const;
  const course = {
    phase: { drill: { kind: 'failover', lose: 'x', from: 'a', to: 'b' } },
    deps: {
      store: {
        status: async () => ({
          settings: {},
          nodes: [
            { ...node, name: 'a', role: 'primary' },
            { ...node, name: 'b', role: 'standby' },
          ],
        }),
      },
    },
  } as unknown as Course;
  expect(await standbyRefusals(course, testContext(), { primary: 'a', standby: 'b' })).toEqual([
    'there is no healthy standby: node b does not replicate: rejoin it to a',
  ]);
});
