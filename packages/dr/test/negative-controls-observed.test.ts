import type { DrillMeasure } from '@ordeal/shared/objectives/signal';
import { describe, expect, it } from 'vitest';
import { analyseOutage } from '../src/outage/outage.ts';
import { drillOf, findingsOf, measures } from './judged-drill.ts';
import { openGate } from './observers/fixtures/gate.ts';
import { withGround, type Ground } from './observers/fixtures/ground.ts';
import { fixtureProbes } from './observers/fixtures/platform.ts';
import type { Defect } from './observers/fixtures/protocol.ts';
import { until } from './observers/fixtures/until.ts';

/*
 * The same as in `negative-controls.test.ts`, seen by the observers themselves: a platform that answers over HTTP does
 * the wrong thing, and the ledger and the probes, in processes of their own, have to find it.
 */

const defects: readonly (readonly [what: string, defect: Defect, measure: DrillMeasure, names: RegExp])[] = [
  ['acknowledged writes that are lost', 'lose', 'lost', /of \d+ acknowledged writes were lost/],
  [
    'a loss with a hole',
    'lose',
    'lost',
    /lost although a later write of the same worker survives \(a hole\)/,
  ],
  ['duplicates', 'duplicate', 'anomalies', /there more than once \(duplicate\)/],
  ['phantom rows', 'phantom', 'anomalies', /there though nobody wrote it \(phantom\)/],
  ['resurrected writes', 'reject-and-keep', 'anomalies', /there though it was refused \(resurrected\)/],
  ['corrupt payloads', 'corrupt', 'anomalies', /there with another payload \(corrupt\)/],
  ['stale reads', 'hide-at-first', 'stale', /missed by a read that began after its acknowledgement/],
];

describe('a platform that does the wrong thing is found, and what it does is named', () => {
  it.each(defects)('%s', async (_what, defect, measure, names) =>
    withGround(async (ground) => {
      const { observers, fault, truth } = await ground.write({ 3: defect });
      expect(truth.planted[defect]?.length).toBeGreaterThan(0);
      const findings = findingsOf(drillOf(await observers.readBack(fault, 1)));
      const finding = findings.find((one) => one.objective === measure);
      expect(finding).toMatchObject({ outcome: 'fail' });
      expect(finding?.explanation ?? '').toMatch(names);
      const others = findings.filter((one) => one.objective !== measure);
      expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => 'pass'));
    }),
  );

  it('a recovery that flaps', async () =>
    withGround(async (ground) => {
      const { flaps, outage } = await outageOf(ground, [300, 400, 300, 400, 300]);
      expect(flaps).toBeGreaterThanOrEqual(2);
      // It reaches from the first time to the last.
      expect(outage?.high).toBeGreaterThan(1700);
      const { observers, fault } = await ground.write({});
      const drill = drillOf(await observers.readBack(fault, 1), { flaps });
      expect(findingsOf(drill).find((one) => one.objective === 'flaps')).toMatchObject({
        outcome: 'fail',
        value: { low: flaps, high: flaps },
      });
    }));
});

it('an honest platform, and one that recovers once, show none', async () =>
  withGround(async (ground) => {
    const { flaps } = await outageOf(ground, [300]);
    const { observers, fault } = await ground.write({});
    const findings = findingsOf(drillOf(await observers.readBack(fault, 1), { flaps }));
    expect(findings.map(({ outcome }) => outcome)).toEqual(measures.map(() => 'pass'));
  }));

/** What the stream of reads saw of a platform that was not to be reached: milliseconds down, up, down, … */
async function outageOf(ground: Ground, spans: readonly number[]) {
  const gate = await openGate(Number(new URL(ground.platform.entry).port));
  try {
    const { observers } = await ground.observe({
      entry: `http://127.0.0.1:${gate.port}`,
      probes: fixtureProbes.filter(({ name }) => name === 'read'),
      ledger: null,
      probeEveryMs: 20,
      // A machine that stands still for less must not be taken for one more outage.
      probeTimeoutMs: 4000,
    });
    const good = (): number => (observers.streams()[0]?.attempts ?? []).filter(({ ok }) => ok).length;
    await until(() => good() > 10, 'good attempts');
    const changes = await gate.fail({ how: 'refuse', slowMs: 0, only: '', spans });
    const from = { low: changes[0]?.from ?? 0, high: changes[0]?.to ?? 0 };
    const look = () => {
      const [stream] = observers.streams();
      if (stream === undefined) throw new Error('there is no stream');
      return analyseOutage(stream, { from, stableForMs: 1500, stableAttempts: 30 });
    };
    await until(() => look().recovered !== null, 'recovery');
    return look();
  } finally {
    await gate.end();
  }
}
