import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSite } from '@ordeal/lab/read-site';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { makeWorkplace } from './ordeal.ts';

/** Experiments of several faults from a scenario's file, the emergency stop in the middle of one, a pinned identity. */

const LAB = `e2e-several-${pid}`;
const shipped = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  '..',
  'platforms',
  'agentic-platform',
  'platform.ts',
);
// The stop of a whole machine is looked for in its temporary folder: nobody else's runs are to be ended here.
const machine = mkdtempSync(join(tmpdir(), 'ordeal-e2e-machine-'));
// PostgreSQL runs as a user of its own where this is root.
chmodSync(machine, 0o755);
vi.stubEnv('TMPDIR', machine);
vi.stubEnv('ORDEAL_LEASES', machine);
const lab = makeWorkplace();
const workplace = makeWorkplace();

/** The shipped platform, which is called steady as long as it answers at all: the machine may be busy. */
function writePlatform(name: string, changes: string): void {
  const folder = join(workplace.dir, 'platforms', name);
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(shipped)};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    return {
      ...platform,
      objectives: {
        ...platform.objectives,
        'it answers': {
          signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.9, unit: 'ratio',
        },
      },
      guardrails: {
        ...platform.guardrails, maxTargets: 3,
        abort: { errorRatio: 1, consecutiveSeconds: 20, leastAttempts: 20, silentSeconds: 60 },
      },
      ${changes}
    };
  },
};
`,
  );
  const experiment = (fields: string): string =>
    `{ phase: 'experiment', title: 'It breaks', recoverWithin: 60, steadyAgainFor: 2, steadyFor: 4,
       objectives: { steady: ['it answers'], during: ['it answers'], recovery: ['it answers'] }, ${fields} }`;
  writeFileSync(
    join(folder, 'scenarios', 'gameday.ts'),
    `export default { build: () => ({ name: 'gameday', title: 'Several faults', phases: [
  { phase: 'load', name: 'baseline', title: 'Load', rate: 40, warmUp: 1, judgeFor: 3, objectives: ['it answers'] },
  ${experiment(`name: 'sequence', faults: ['database-unreachable-from-a', 'replica-killed'], hold: 2,
    order: { how: 'in-sequence', earlier: 'kept' }, repeat: { times: 2, seed: 7 }`)},
  ${experiment(`name: 'long', fault: 'database-unreachable-from-a', hold: 300`)},
] }) };`,
  );
}

const isInLong = (entry: JournalEntry): boolean => entry.type === 'fault-injected' && entry.phase === 'long';

async function toxics(): Promise<number> {
  const api = readSite(LAB)?.regions.a.toxiproxy.api;
  const proxies = (await (await fetch(`${api}/proxies`)).json()) as Record<string, { toxics: unknown[] }>;
  return Object.values(proxies).reduce((sum, proxy) => sum + proxy.toxics.length, 0);
}

const chaos = (platform: string, only: string): readonly string[] => [
  'chaos',
  '--platform',
  platform,
  '--lab-name',
  LAB,
  '--only',
  only,
];

describe('several faults on the lab', () => {
  beforeAll(async () => {
    writePlatform('shop', '');
    writePlatform('mistaken', "identity: { databases: { main: '4711' } },");
    const up = await lab.run('lab', 'up', '--lab-name', LAB);
    if (up.code !== 0) throw new Error(up.stderr);
  });
  afterAll(async () => {
    await lab.run('lab', 'down', '--lab-name', LAB);
    lab.remove();
    workplace.remove();
    vi.unstubAllEnvs();
    rmSync(machine, { recursive: true, force: true });
  });

  it('come one after another, twice, each with a place of its own in the record', async () => {
    const finished = await workplace.run(...chaos('shop', 'sequence'));
    const record = workplace.record();
    // Whether clients felt the cut on a busy machine is not what this is about.
    expect([0, 2], finished.stdout).toContain(finished.code);
    expect(record.residue).toEqual([]);
    expect(await toxics()).toBe(0);
    expect(readdirSync(join(workplace.newestRun(), 'undo'))).toEqual(['settled']);
    expect(record.experiments.map(({ name, repetition }) => [name, repetition])).toEqual([
      ['sequence', { of: 'sequence', number: 1, times: 2 }],
      ['sequence-2', { of: 'sequence', number: 2, times: 2 }],
    ]);
    expect(record.experiments[0]?.seed).toBe(7);
    for (const { faults = [] } of record.experiments) {
      const [cut, kill] = faults;
      expect(faults.map(({ fault }) => fault)).toEqual(['database-unreachable-from-a', 'replica-killed']);
      expect(cut?.targets.map(({ name }) => name)).toEqual(['proxy postgres-a', 'proxy postgres-b']);
      expect(kill?.targets).toEqual([{ name: 'a/api-1', identity: expect.any(String) }]);
      expect(kill?.effective).toBe(true);
      const at = (time: string | null | undefined): number => Date.parse(time ?? '');
      expect(at(cut?.injectedAt)).toBeLessThan(at(kill?.injectedAt));
      // The first was kept while the second was in.
      expect(at(kill?.injectedAt)).toBeLessThan(at(cut?.healedAt));
      expect(at(kill?.healedAt)).not.toBeNaN();
    }
    const windows = record.windows.map(({ name }) => name).filter((name) => name.startsWith('sequence'));
    expect(windows).toEqual(
      ['sequence', 'sequence-2'].flatMap((name) =>
        ['steady', 'during', 'recovery'].map((part) => `${name}/${part}`),
      ),
    );
    expect(record.findings.filter(({ window }) => window === 'sequence-2/during')).toHaveLength(1);
  });

  it('are healed at once by an emergency stop, and none is injected while it stands', async () => {
    const running = workplace.start(...chaos('shop', 'long'));
    await workplace.until('the fault is in', isInLong, 120_000);
    expect(await toxics()).toBeGreaterThan(0);
    try {
      const stopped = await workplace.run('stop', '--why', 'customers are hurt');
      expect(stopped.stdout).toMatch(/Run \S+ on agentic-platform has healed, and ended/);
      const finished = await running.finished;
      expect(finished.code, finished.stdout).toBe(143);
      expect(await toxics()).toBe(0);
      const { experiments, residue, verdict } = workplace.record();
      expect(verdict.reasons[0]).toMatch(/^interrupted: emergency stop, ordered by .*: customers are hurt/);
      expect(experiments.map(({ aborted }) => aborted)).toEqual([expect.stringContaining('emergency stop')]);
      expect(residue).toEqual([]);
      const refused = await workplace.run(...chaos('shop', 'long'));
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('customers are hurt');
    } finally {
      expect((await workplace.run('stop', '--clear')).code).toBe(0);
    }
  });

  it('are not injected into another platform than the one that is meant', async () => {
    const refused = await workplace.run(...chaos('mistaken', 'sequence'));
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/has the system_identifier \d+; identity\.databases has 4711/);
    expect(workplace.record().experiments).toEqual([]);
  });
});
