import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process, { env } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSite } from '@ordeal/lab/read-site';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { makeWorkplace, type Running, type Workplace } from './ordeal.ts';
import { answerFile, stepping, takesWrites, walkInto, within } from './step-by-step.ts';

/** The runner dies in the middle: nothing that it broke may outlive it. */

const LAB = 'e2e-killed';
/** More of them are run by `npm run prove -- kills`. */
const rounds = Number(env['ORDEAL_PROVE_KILLS'] ?? 1);
/** How soon is a proof's to say: here it is that it happens at all. */
const slackMs = env['ORDEAL_PROVE_KILLS'] === undefined ? 15_000 : 0;
const lab = makeWorkplace();
let site: LabSite;
let workplace: Workplace;

async function up(): Promise<void> {
  const ended = await lab.run('lab', 'up', '--lab-name', LAB);
  expect(ended.code, ended.stderr).toBe(0);
  const found = readSite(LAB);
  if (found === undefined) throw new Error('the lab is up and has no site');
  site = found;
}
const down = () => lab.run('lab', 'down', '--lab-name', LAB);

beforeEach(() => {
  workplace = makeWorkplace();
});
afterEach(() => workplace.remove());
afterAll(() => lab.remove());

const start = (kind: string, ...more: readonly string[]): Running =>
  workplace.start(kind, '--pace', 'short', '--lab-name', LAB, ...more);
const openEntries = (): readonly string[] =>
  readdirSync(join(workplace.newestRun(), 'undo')).filter((name) => /^\d{4}-.*\.json$/.test(name));
/** All but what the drill has written, which a platform that is away cannot delete. */
const openButForWrites = (): readonly string[] =>
  openEntries().filter((name) => {
    const entry = join(workplace.newestRun(), 'undo', name);
    // Settled between listing and reading: it is not open.
    return existsSync(entry) && !readFileSync(entry, 'utf8').includes('"drill-writes"');
  });

async function kill(running: Running): Promise<void> {
  running.child.kill('SIGKILL');
  await running.finished;
}

const injected = (fault: string) => (entry: JournalEntry) =>
  entry.type === 'fault-injected' && entry.phase === fault;
const step = (name: RegExp) => (entry: JournalEntry) =>
  entry.type === 'step-started' && name.test(entry.step);

async function toxics(api: string): Promise<number> {
  const proxies = (await (await fetch(`${api}/proxies`)).json()) as Record<
    string,
    { toxics: unknown[]; enabled: boolean }
  >;
  return Object.values(proxies).reduce(
    (sum, proxy) => sum + proxy.toxics.length + (proxy.enabled ? 0 : 1),
    0,
  );
}

describe('an experiment that is cut short', () => {
  beforeAll(up);
  afterAll(down);

  for (let round = 1; round <= rounds; round += 1) {
    it(`by SIGKILL of the runner while the database is unreachable: healed by its guardian (${round})`, async () => {
      const running = start('chaos', '--only', 'database-unreachable');
      await workplace.until('the fault is in', injected('database-unreachable'), 90_000);
      expect(await toxics(site.regions.a.toxiproxy.api)).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000));
      await kill(running);
      await within(
        1000 + slackMs,
        'no toxic is left',
        async () => (await toxics(site.regions.a.toxiproxy.api)) === 0,
      );
      await within(
        3000 + slackMs,
        'the guardian has settled everything, k6 included',
        () => openEntries().length === 0,
      );
      const recover = await workplace.run('recover');
      expect(recover).toMatchObject({ code: 0, stdout: 'Nothing is left of any run.\n' });
    });
  }

  it('by SIGKILL of the runner while a replica is killed: it is replaced, and nothing is left', async () => {
    const running = start('chaos', '--only', 'replica-killed');
    await workplace.until('the fault is in', injected('replica-killed'), 90_000);
    await kill(running);
    const replica = site.regions.a.replicas[0]?.url ?? '';
    await within(30_000, 'the replica is ready again', async () =>
      fetch(`${replica}/health/ready`).then(
        (answer) => answer.status === 200,
        () => false,
      ),
    );
    await within(30_000, 'nothing is open', () => openEntries().length === 0);
    expect(await workplace.run('recover')).toMatchObject({ code: 0 });
  });

  it('by Ctrl-C: heals, writes the record, and exits 130', async () => {
    const running = start('chaos', '--only', 'database-unreachable');
    await workplace.until('the fault is in', injected('database-unreachable'), 90_000);
    running.child.kill('SIGINT');
    const ended = await running.finished;
    expect(ended.code, JSON.stringify(workplace.record().residue)).toBe(130);
    expect(await toxics(site.regions.a.toxiproxy.api)).toBe(0);
    expect(openEntries()).toEqual([]);
    expect(workplace.record()).toMatchObject({
      verdict: { exitCode: 130, outcome: 'interrupted' },
      residue: [],
    });
  });

  it('by SIGKILL of the guardian: the run heals what is in, and injects nothing more', async () => {
    const running = start('chaos');
    await workplace.until('the fault is in', injected('replica-killed'), 90_000);
    const log = readFileSync(join(workplace.newestRun(), 'guardian.log'), 'utf8');
    process.kill(Number(/watching \(pid (\d+)\)/.exec(log)?.[1]), 'SIGKILL');
    const ended = await running.finished;
    const { experiments, residue } = workplace.record();
    expect(residue).toEqual([]);
    expect(experiments.map(({ name, notInjected = 'injected' }) => [name, notInjected])).toEqual([
      ['replica-killed', 'injected'],
      ['database-unreachable', expect.stringContaining('The guardian has ended')],
    ]);
    expect(ended.code).toBe(2);
    expect(openEntries()).toEqual([]);
  });
});

describe('SIGKILL of the runner in the drill', () => {
  beforeEach(up);
  afterEach(async () => {
    await down();
  });

  it('before promotion is requested: region A is restored, and is the writer again', async () => {
    // Nobody ever answers: however busy this machine is, it does not get past its decision.
    const running = start('drill', '--only', 'region-lost', '--approve', `file:${answerFile(workplace)}`);
    await workplace.until('region A is being lost', step(/^lose$/), 90_000);
    // The processes are killed within the next few hundred milliseconds, and only then is it detected.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await kill(running);
    expect(existsSync(join(workplace.newestRun(), 'undo', 'promotion-main.json'))).toBe(false);
    await within(20_000, 'region A is back, and is the writer', () => takesWrites(site, 'a'));
    expect(await takesWrites(site, 'b')).toBe(false);
    await within(20_000, 'nothing is open', () => openEntries().length === 0);
    expect(await workplace.run('recover')).toMatchObject({
      code: 0,
      stdout: 'Nothing is left of any run.\n',
    });
  });

  it.each([
    ['is requested', step(/^promote$/)],
    ['is done', step(/^recover$/)],
  ])(
    'after promotion %s: the old primary stays fenced, and recover names writer and next step',
    async (_, moment) => {
      const running = start('drill', '--only', 'region-lost');
      await workplace.until('promotion', moment, 120_000);
      await kill(running);
      await within(30_000, 'k6 and the observers are gone', () => openButForWrites().length === 1);
      const recover = await workplace.run('recover');
      expect(recover.code).toBe(4);
      expect(recover.stdout).toMatch(/only writer[^\n]*node b/);
      expect(recover.stdout).toMatch(/Next: .*fenced/);
      // Whoever starts the region by hand: its database must not accept writes.
      const [program = '', ...rest] = site.regions.a.control;
      await promisify(execFile)(program, [...rest, 'start', 'a']).catch(() => undefined);
      await promisify(execFile)(program, [...rest, 'start', site.regions.a.postgres.unit]).catch(
        () => undefined,
      );
      expect(await takesWrites(site, 'a')).toBe(false);
    },
  );

  it('after the failover: the failback that recover names can be run by itself, and resolves it', async () => {
    const running = start('drill');
    await workplace.until('the failover is done', step(/^read back$/), 120_000);
    await kill(running);
    // The other region is the writer, and deletes what the drill has written.
    await within(20_000, 'only the old primary is kept', () => openEntries().length === 1);
    const { stdout } = await workplace.run('recover');
    expect(stdout).toContain(
      'npx ordeal drill --only failback --platform agentic-platform --scenario gameday',
    );
    const failback = await workplace.run('drill', '--only', 'failback', '--pace', 'short', '--lab-name', LAB);
    expect(failback.code, failback.stdout).toBe(0);
    expect(await takesWrites(site, 'a')).toBe(true);
    expect(await takesWrites(site, 'b')).toBe(false);
    expect(await workplace.run('recover')).toMatchObject({
      code: 0,
      stdout: 'Nothing is left of any run.\n',
    });
  });
});

/** Every step, and whether the old primary may still come back then. `npm run prove -- drill-kills` goes through all. */
const stepsOfFailover = [
  ['check', true],
  ['bounds', true],
  ['observe', true],
  ['lead', true],
  ['ready', true],
  ['lose', true],
  ['detect', true],
  ['decide', true],
  // Its mark is written first of all: from then on nothing is put back, though it may not be on disk yet.
  ['fence', undefined],
  ['promote', false],
  ['route', false],
  ['recover', false],
  ['read back', false],
] as const;

describe.runIf(env['ORDEAL_PROVE_STEPS'] === 'all')(
  'SIGKILL of the runner in every step of a failover',
  () => {
    beforeEach(up);
    afterEach(async () => {
      await down();
    });

    it.each(stepsOfFailover)('%s: never two writers', async (name, restores) => {
      let twice = 0;
      const both = async (): Promise<void> => {
        const writers = await Promise.all([takesWrites(site, 'a'), takesWrites(site, 'b')]);
        if (writers.every(Boolean)) twice += 1;
      };
      const running = start('drill', ...stepping(workplace));
      await walkInto(workplace, { phase: 'region-lost', step: name }, running);
      // Somewhere in it: the step behind it waits for an answer, so that it is not left.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      await kill(running);
      const steps: readonly string[] = [...stepsOfFailover.map(([one]) => one), 'check'];
      const begun = workplace
        .journal()
        .flatMap((entry) => (entry.type === 'step-started' ? [entry.step] : []));
      expect([name, steps[steps.indexOf(name) + 1]]).toContain(begun.at(-1));
      // Whatever the guardian does happens within this time.
      for (let look = 0; look < 40; look += 1) {
        await both();
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      const { stdout } = await workplace.run('recover');
      await both();
      expect(twice).toBe(0);
      const marked = existsSync(join(workplace.newestRun(), 'undo', 'promotion-main.json'));
      expect(marked).toBe(restores === undefined ? marked : !restores);
      if (!marked) await within(60_000, 'region A is the writer', () => takesWrites(site, 'a'));
      // After the mark B is the only one that may write, and may not do so yet.
      expect({
        writer: /only writer[^\n]*node b/.test(stdout),
        next: stdout.includes('Next: '),
        command: stdout.includes('Command for the way back: npx ordeal drill --only failback'),
        a: await takesWrites(site, 'a'),
      }).toEqual({ writer: marked, next: marked, command: marked, a: !marked });
    });
  },
);
