import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { readSite } from '@ordeal/lab/read-site';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedPlatform } from './changed-platform.ts';
import { makeWorkplace } from './ordeal.ts';

/** A promoted node that takes reads alone, on a platform whose probes only read: every page is there, and nothing can be ordered. */

const workplace = makeWorkplace();
const name = `e2e-writes-${pid}`;
const DEADLINE = 20;

beforeAll(async () => {
  const up = await workplace.run('lab', 'up', '--lab-name', name);
  if (up.code !== 0) throw new Error(`the lab is not up: ${up.stderr}`);
});
afterAll(async () => {
  await workplace.run('lab', 'down', '--lab-name', name);
  workplace.remove();
});

/** The shipped platform without the probes that write, and its failover with little time. */
function readers(): string {
  const platform = changedPlatform(
    workplace.dir,
    'readers',
    "probes: platform.probes.filter(({ request }) => request?.method === 'GET')",
  );
  const file = join(workplace.dir, 'platforms', platform, 'scenarios', 'recovery.ts');
  const shipped = join(
    import.meta.dirname,
    ...Array.from({ length: 4 }, () => '..'),
    'platforms/agentic-platform/scenarios/recovery.ts',
  );
  writeFileSync(
    file,
    `import shipped from ${JSON.stringify(shipped)};
export default {
  build: (pace) => {
    const scenario = shipped.build(pace);
    const phases = scenario.phases.map((phase) =>
      phase.name === 'region-lost'
        ? { ...phase, deadline: ${DEADLINE}, targets: { ...phase.targets, rto: ${DEADLINE} } }
        : phase,
    );
    return { ...scenario, phases };
  },
};
`,
  );
  return platform;
}

it('nobody has recovered behind a failover while no write is taken, though every probe is well', async () => {
  const running = workplace.start(
    'drill',
    'failover',
    '--platform',
    readers(),
    '--lab-name',
    name,
    '--pace',
    'short',
  );
  const promoted = workplace.until(
    'the promotion',
    (entry) => entry.type === 'step-ended' && entry.phase === 'region-lost' && entry.step === 'promote',
    120_000,
  );
  await Promise.race([promoted, running.finished]);
  const heir = new Client({ connectionString: readSite(name)?.regions.b.postgres.url ?? '' });
  await heir.connect();
  await heir.query('ALTER SYSTEM SET default_transaction_read_only = on');
  await heir.query('SELECT pg_reload_conf()');
  await heir.end();
  const { code, stdout } = await running.finished;
  const [drill] = workplace.record().drills;
  expect(drill?.failed, stdout).toMatch(
    /^recover: not recovered within 20 s: writes \(none of the ledger's was acknowledged for/,
  );
  expect(drill?.rto).toMatchObject({ high: null });
  expect(
    drill?.outages.map(({ stream }) => stream),
    'every stream reads',
  ).not.toContain('write');
  // What it has written before cannot be deleted from a platform that takes no writes, which is said as well.
  expect(stdout).toContain('region-lost failed: recover: not recovered within 20 s: writes');
  expect(code, stdout).toBe(4);
});
