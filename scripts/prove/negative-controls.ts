import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { $, echo } from 'zx';
import { readSite } from '../../packages/lab/src/read-site.ts';
import { ordeal, root, workplace, type Ended } from '../ordeal.ts';
import { proveBackupControls } from './backup-controls.ts';
import type { Control } from './control.ts';
import { proveStuckClients } from './drivers.ts';
import { drillHealthyLab } from './recovery.ts';

const LAB = `controls-${process.pid}`;
const MOST_ATTEMPTS = 3;
const page = join(root, 'docs', 'recovery-controls.md');

/** Defects that tests plant: in what the observers see over HTTP, and in real servers. */
const tested: readonly (readonly [what: string, file: string, name: string])[] = [
  ...[
    'acknowledged writes that are lost',
    'a loss with a hole',
    'duplicates',
    'phantom rows',
    'resurrected writes',
    'corrupt payloads',
    'stale reads',
    'a recovery that flaps',
  ].map((what) => [what, 'test/negative-controls-observed.test.ts', what] as const),
  [
    'two writable primaries',
    'test/drivers/patroni/patroni.test.ts',
    'is found with two writers when a Patroni hangs whose PostgreSQL goes on',
  ],
];

/**
 * Every defect that a drill must never overlook is planted, found and named; and healthy drills, `rounds` times all of
 * the scenario for recovery, show none. Prints all of it; when all came out as it must, writes the page that is documented.
 */
export async function proveNegativeControls(rounds: number): Promise<boolean> {
  const shown = [
    ...(await byTests()),
    await losingLab(),
    await staleLab(),
    await brokenStandby(),
    await proveStuckClients(),
    ...(await proveBackupControls()),
    await healthyDrills(rounds),
  ];
  for (const { what, held, said } of shown) echo(`  ${held ? '✔' : '✖'} ${what}: ${said}`);
  const held = shown.filter((one) => one.held).length;
  echo(`negative controls: ${held} of ${shown.length} as they must be`);
  // Half of it is no page.
  if (held === shown.length && rounds > 0) {
    writeFileSync(page, pageOf(shown));
    await $({ cwd: root })`prettier --write ${page}`;
  }
  return held === shown.length;
}

interface TestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

async function byTests(): Promise<readonly Control[]> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-controls-'));
  const file = join(dir, 'report.json');
  const files = [...new Set(tested.map((one) => one[1]))];
  const only = tested.map((one) => one[2]).join('|');
  await $({
    cwd: join(root, 'packages', 'dr'),
  })`vitest run ${files} -t ${only} --reporter json --outputFile ${file}`.nothrow();
  const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  rmSync(dir, { recursive: true });
  const results = report.testResults.flatMap((one) => one.assertionResults);
  return tested.map(([what, path, name]) => {
    const ran = results.filter((one) => one.title === name && one.status !== 'skipped');
    const held = ran.length > 0 && ran.every(({ status }) => status === 'passed');
    const said = ran.length === 0 ? 'NOT RUN' : held ? 'found, and named' : 'NOT FOUND';
    return { what, shownBy: `packages/dr/${path}`, held, said };
  });
}

/** Acknowledges writes and forgets them, behind the platform's own API. */
async function losingLab(): Promise<Control> {
  const args = ['drill', 'failover', '--pace', 'short'];
  const lab = ['--lab', '--lab-name', LAB, '--sabotage', 'lose-acknowledged-writes'];
  const run = (): Promise<Ended> => inWorkplace((cwd) => ordeal(cwd, ...args, ...lab));
  let ended = await run();
  // On a busy machine a platform may not be well enough to be drilled: that says nothing of the defect.
  for (let again = 1; again < MOST_ATTEMPTS && ended.output.includes('nothing was touched'); again += 1) {
    ended = await run();
  }
  const { code, output } = ended;
  return control('a platform that acknowledges and forgets', [...args, ...lab.slice(3)], code, 1, output, [
    /[1-9]\d* of \d+ acknowledged writes were lost/,
  ]);
}

/** Reads from a standby that is two seconds behind, behind the platform's own API. */
async function staleLab(): Promise<Control> {
  const args = ['drill', 'observe', '--pace', 'short'];
  const lab = ['--lab', '--lab-name', LAB, '--sabotage', 'stale-reads'];
  const { code, output } = await inWorkplace((cwd) => ordeal(cwd, ...args, ...lab));
  // What the run has deleted is read too late as well, and is taken for residue.
  return control('a platform that reads what is stale', [...args, ...lab.slice(3)], code, 4, output, [
    /no stale read .* is [1-9]\d* writes/,
  ]);
}

/** Its standby runs, and follows nobody. */
async function brokenStandby(): Promise<Control> {
  return await inWorkplace(async (cwd) => {
    const args = ['drill', 'failover', '--pace', 'short', '--lab-name', LAB];
    const up = await ordeal(cwd, 'lab', 'up', '--lab-name', LAB);
    try {
      const site = readSite(LAB);
      if (site === undefined) throw new Error(`the lab is not up:\n${up.output}`);
      const client = new Client({ connectionString: site.regions.b.postgres.url });
      await client.connect();
      await client.query("ALTER SYSTEM SET primary_conninfo = ''");
      await client.query('SELECT pg_reload_conf()');
      await client.end();
      const { code, output } = await ordeal(cwd, ...args);
      return control('a standby that was not replicating', args.slice(0, 4), code, 3, output, [
        /there is no healthy standby: node b does not replicate/,
      ]);
    } finally {
      await ordeal(cwd, 'lab', 'down', '--lab-name', LAB);
    }
  });
}

async function healthyDrills(rounds: number): Promise<Control> {
  const { drills, well, passes } = await drillHealthyLab(rounds);
  return {
    what: 'healthy drills',
    shownBy: 'ordeal drill --scenario recovery --pace short --lab',
    held: (rounds === 0 || drills.length >= 10) && well === drills.length && passes === rounds,
    said: `${well} of ${drills.length} show none`,
  };
}

function control(
  what: string,
  args: readonly string[],
  code: number | null,
  wanted: number,
  output: string,
  names: readonly RegExp[],
): Control {
  const line = output.split('\n').find((one) => names.some((name) => name.test(one)));
  const held = code === wanted && line !== undefined;
  if (!held) echo(output.split('\n').slice(-40).join('\n'));
  return {
    what,
    shownBy: `ordeal ${args.join(' ')}`,
    held,
    said: `exit ${code}: ${line?.replace(/^\S+\s+✖?\s*/, '').trim() ?? 'NOT NAMED'}`,
  };
}

async function inWorkplace<T>(use: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = workplace();
  try {
    return await use(cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function pageOf(shown: readonly Control[]): string {
  const rows = shown.map(({ what, shownBy, said }) => {
    const cells = [what, `\`${shownBy}\``, said.replaceAll(/\/\S*\//g, '…/').slice(0, 200)];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `# Negative controls of recovery

What a drill must never overlook. Each row is a defect that was planted, what had to find it, and what it said. \`npm run prove -- negative-controls\` plants them all and writes this page.

| defect | shown by | what was found |
| --- | --- | --- |
${rows.join('\n')}
`;
}
