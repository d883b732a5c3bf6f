import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import { makeWorkplace, type Finished } from './ordeal.ts';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'platforms', 'agentic-platform');

/** The negative control of the proof of effect: of two experiments one breaks something, the other only says so. */
describe('a fault that does nothing', () => {
  const workplace = makeWorkplace();
  let finished: Finished;
  let record: RunRecord;

  beforeAll(async () => {
    const platform = writePlatform(workplace.dir);
    const lab = ['--lab', '--lab-name', `e2e-nothing-${pid}`];
    finished = await workplace.run('chaos', '--scenario', 'effects', '--platform', platform, ...lab);
    record = workplace.record();
  }, 300_000);
  afterAll(() => workplace.remove());

  it('is ineffective, which is no pass', () => {
    const nothing = record.experiments.find(({ name }) => name === 'nothing');
    expect(nothing, finished.stdout).toMatchObject({ effective: false });
    expect(nothing?.injectedAt).not.toBeNull();
    expect(nothing?.witness).toContain('count(up{job="api"}) 4 targets (steady: 4, has to be at least 5)');
    expect(finished.code).toBe(2);
    expect(record.verdict.reasons.join(' ')).toContain('nothing is ineffective');
  });

  it('is told from one that takes memory, which clients need not feel', () => {
    const memory = record.experiments.find(({ name }) => name === 'memory');
    expect(memory).toMatchObject({ effective: true });
    expect(memory?.witness).toMatch(/memory available \d+ MiB \(steady: \d+.*\): moved/);
    expect(record.residue).toEqual([]);
  });
});

/** The shipped platform with one more fault: a note in a file, which nobody reads. */
function writePlatform(dir: string): string {
  const folder = join(dir, 'effects');
  const note = join(dir, 'note');
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(join(shipped, 'platform.ts'))};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    const note = ${JSON.stringify(note)};
    return {
      ...platform,
      faults: {
        'memory-pressure': platform.faults['memory-pressure'],
        nothing: {
          title: 'Nothing is broken',
          driver: 'command',
          config: {
            what: 'writes a note',
            targets: ['note'],
            inject: { argv: ['touch', note] },
            status: { argv: ['sh', '-c', '[ ! -e "$0" ]', note] },
            heal: { argv: ['rm', '-f', note] },
          },
          revives: 'nothing',
          witness: { promql: 'count(up{job="api"})', unit: 'targets', moves: 'up', atLeast: 1 },
        },
      },
      guardrails: { ...platform.guardrails, allowFaults: ['host', 'command'] },
    };
  },
};
`,
  );
  writeFileSync(
    join(folder, 'scenarios', 'effects.ts'),
    `import { defineScenario } from '@ordeal/shared/scenario/scenario';
const experiment = (name, fault) => ({
  phase: 'experiment', name, title: name, fault,
  steadyFor: 4, hold: 4, recoverWithin: 20, steadyAgainFor: 2,
  objectives: { steady: ['client errors under pressure'], during: [], recovery: [] },
});
export default defineScenario(() => ({
  name: 'effects',
  title: 'One fault that has an effect, and one that has none',
  phases: [
    {
      phase: 'load', name: 'baseline', title: 'Baseline load', rate: 60, warmUp: 2, judgeFor: 5,
      objectives: ['client errors under pressure'],
    },
    experiment('memory', 'memory-pressure'),
    experiment('nothing', 'nothing'),
  ],
}));
`,
  );
  return folder;
}
