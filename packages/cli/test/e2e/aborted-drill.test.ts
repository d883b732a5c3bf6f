import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { env, pid } from 'node:process';
import { runbooks } from '@ordeal/dr/drills/runbooks';
import { readSite } from '@ordeal/lab/read-site';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { DrillKind } from '@ordeal/shared/scenario/scenario';
import { chanceFrom } from '@ordeal/shared/testing/chance';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeWorkplace, type Finished, type Running, type Workplace } from './ordeal.ts';
import { stepping, takesWrites, walkInto } from './step-by-step.ts';

/**
 * Ctrl-C in a drill: the way back is taken, the exit code says whether anything is left, `ordeal recover` says what, and
 * the command that it names brings it back. `npm run prove -- aborts` goes through every step of every kind; here it is
 * one before the point of no return, one behind it, and a restore. When in a step is by chance: `ORDEAL_TEST_SEED` brings
 * it again.
 */

const LAB = `e2e-aborted-${pid}`;
const everyStep = env['ORDEAL_PROVE_STEPS'] === 'all';
const MIDDLE_MS = 300;
const WRITERS_EVERY_MS = 100;
const chance = chanceFrom(env['ORDEAL_TEST_SEED']);
console.info(`aborted drills: ORDEAL_TEST_SEED=${chance.seed}`);

/**
 * `as before`: the one that wrote still does. `marked`: somebody was promoted and has to be cared for; `ended`: and all
 * that was left to do is done, as `recover` sees. `arrived`: the primary has moved, and nothing is left.
 */
type End = 'as before' | 'marked' | 'ended' | 'arrived';

interface Story {
  readonly phase: string;
  readonly kind: DrillKind['kind'];
  /** Phase that comes first, in a run of its own. */
  readonly behind?: string;
  /** In it, it may be marked, and behind it it is. */
  readonly pointOfNoReturn?: string;
  readonly arrives?: string;
  readonly sampled: readonly string[];
}

const stories: readonly Story[] = [
  {
    phase: 'switchover',
    kind: 'switchover',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: ['rejoin standby'],
  },
  { phase: 'region-evacuate', kind: 'evacuate', pointOfNoReturn: 'promote', sampled: ['drain'] },
  { phase: 'replica-recovers', kind: 'observe', sampled: [] },
  { phase: 'region-lost', kind: 'failover', pointOfNoReturn: 'fence', sampled: [] },
  {
    phase: 'failback',
    kind: 'failback',
    behind: 'region-lost',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: [],
  },
  {
    phase: 'region-return',
    kind: 'return',
    behind: 'region-evacuate',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: [],
  },
];

/** Restores ask nobody between their steps: they are cut short somewhere behind the beginning of one. */
const restores: readonly {
  readonly phase: string;
  readonly steps: readonly string[];
  readonly sampled: readonly string[];
}[] = [
  {
    phase: 'restore',
    steps: ['check place', 'take backup', 'choose backup', 'restore', 'prove'],
    sampled: ['restore'],
  },
  {
    phase: 'point-in-time',
    steps: ['check place', 'write markers', 'choose backup', 'restore', 'prove'],
    sampled: [],
  },
  { phase: 'backup-freshness', steps: ['choose backup', 'look at it'], sampled: [] },
  { phase: 'archived-log', steps: ['read its settings', 'watch the archive'], sampled: [] },
];

function isLookedAt({ sampled }: Pick<Story, 'sampled'>): boolean {
  return everyStep || sampled.length > 0;
}

const lab = makeWorkplace();
let workplace: Workplace;
let site: LabSite;
let isHome = false;

beforeEach(async () => {
  workplace = makeWorkplace();
  // A drill that has promoted somebody leaves another lab than the next one begins with.
  if (isHome) return;
  await lab.run('lab', 'down', '--lab-name', LAB);
  const up = await lab.run('lab', 'up', '--lab-name', LAB);
  if (up.code !== 0) throw new Error(`the lab is not up: ${up.stderr}`);
  const found = readSite(LAB);
  if (found === undefined) throw new Error('the lab is up and has no site');
  site = found;
});
afterEach(() => {
  workplace.remove();
});
afterAll(async () => {
  await lab.run('lab', 'down', '--lab-name', LAB);
  lab.remove();
});

const onLab = ['--pace', 'short', '--lab-name', LAB];
const start = (phase: string, ...more: readonly string[]): Running =>
  workplace.start('drill', '--scenario', 'recovery', '--only', phase, ...onLab, ...more);

/** Interrupts it, and returns how it ended. */
async function interrupt({ child, finished }: Running): Promise<Finished> {
  child.kill('SIGINT');
  return await finished;
}

describe.each(stories.filter(isLookedAt))('Ctrl-C in the drill $phase', (story) => {
  const names: readonly string[] = runbooks[story.kind].map(({ name }) => name);

  it.each(names.filter((name) => everyStep || story.sampled.includes(name)))(
    'in the step %s',
    async (step) => {
      isHome = false;
      const watch = watchWriters();
      onTestFinished(async () => void (await watch.stop()));
      const before = story.behind === undefined ? undefined : await start(story.behind).finished;
      // The way back is still to come.
      expect([undefined, 4], before?.stdout).toContain(before?.code);
      const running = start(story.phase, ...stepping(workplace));
      await walkInto(workplace, { phase: story.phase, step }, running);
      // Somewhere in it: the step behind it waits for an answer, so that it is not left.
      await systemClock.sleep(chance.of(story.kind, step) * MIDDLE_MS);
      const ended = await interrupt(running);

      const drill = workplace.record().drills.find(({ name }) => name === story.phase);
      const cut = drill?.steps.find((one) => one.outcome === 'failed')?.name;
      expect([step, names[names.indexOf(step) + 1]], ended.stdout).toContain(cut);
      // Behind the last step nothing is left to be aborted.
      expect(drill?.failed ?? '').toContain(cut === undefined ? '' : `${cut}: stopped: `);
      const marked = existsSync(join(workplace.newestRun(), 'undo', 'promotion-main.json'));
      const said = await workplace.run('recover');
      const end = endOf(story, { cut, marked, left: said.code });
      const writers = await writersNow();
      const named = writerIn(said.stdout);
      const left = {
        recover: said.code,
        said: said.stdout,
        writers,
        rivals: writers.filter((node) => named !== undefined && node !== named),
        outOfService: await outOfService(site),
      };
      expect(left, ended.stdout).toEqual(expected(story, end));
      expect(workplace.record().residue.length > 0, ended.stdout).toBe(ended.code === 4);
      expect(cut === undefined ? [ended.code] : exitsOf(story, end), ended.stdout).toContain(ended.code);
      const isBack = await takeNamedWay(said.stdout, writers);
      isHome = isBack || (said.code === 0 && writers.join() === 'a');
      expect(await watch.stop()).toBe(0);
    },
  );
});

/** 130 says that all is as it was before; 4 that somebody has to do something. */
function exitsOf({ behind }: Story, end: End): readonly number[] {
  if (end === 'marked' || end === 'ended') return [4];
  // What an earlier run has left is still there, and is in the way of some of them.
  return end === 'as before' && behind !== undefined ? [130, 4] : [130];
}

/** What has to be left of a drill that was aborted, by how far it had come. */
function expected({ behind, phase }: Story, end: End): unknown {
  const [old, next] = behind === undefined ? ['a', 'b'] : ['b', 'a'];
  const said = (writer: string): unknown =>
    expect.stringMatching(new RegExp(`only writer of store main is node ${writer}[^]*Next: .{20,}`));
  const cared = { recover: 4, rivals: [], outOfService: expect.anything() };
  const nothingLeft = { recover: 0, said: 'Nothing is left of any run.\n', rivals: [], outOfService: [] };
  const before = behind === undefined ? nothingLeft : { ...cared, said: said(old) };
  const left: Readonly<Record<End, unknown>> = {
    'as before': { ...before, writers: [old] },
    // Nobody may write yet.
    marked: {
      ...cared,
      said: expect.toBeOneOf([said('a'), said('b')]),
      writers: expect.toBeOneOf([[], ['a'], ['b']]),
    },
    ended: {
      ...nothingLeft,
      said: expect.stringMatching(
        new RegExp(`healed +the drill ${phase} has come to its end: node ${next} is the only writer`),
      ),
      writers: [next],
    },
    arrived: { ...nothingLeft, writers: [next] },
  };
  return left[end];
}

interface Cut {
  /** The step; undefined behind the last one. */
  readonly cut: string | undefined;
  readonly marked: boolean;
  /** Exit code of `recover`. */
  readonly left: number | null;
}

function endOf({ kind, pointOfNoReturn, arrives }: Story, { cut, marked, left }: Cut): End {
  const names: readonly string[] = runbooks[kind].map(({ name }) => name);
  if (pointOfNoReturn === undefined) return 'as before';
  const at = cut === undefined ? names.length : names.indexOf(cut);
  const decides = names.indexOf(pointOfNoReturn);
  if (at < decides) return 'as before';
  // It is asked about, and then begins with its mark.
  if (at === decides) return marked ? 'marked' : 'as before';
  if (arrives === undefined) return 'marked';
  if (at >= names.indexOf(arrives)) return 'arrived';
  return left === 0 ? 'ended' : 'marked';
}

function writerIn(text: string): string | undefined {
  return /only writer of store main is node (a|b)/.exec(text)?.[1];
}

/**
 * Runs the command that `ordeal recover` names as the way back of a node that has moved to region b, when that node is
 * the writer already. Returns whether there was one; it has to bring everything back.
 */
async function takeNamedWay(said: string, writers: readonly string[]): Promise<boolean> {
  const command = /Command for the way back: npx ordeal (.+)/.exec(said)?.[1];
  if (command === undefined || writerIn(said) !== 'b' || writers.join() !== 'b') return false;
  const back = await workplace.run(...command.split(' '), ...onLab);
  expect(back.code, back.stdout).toBe(0);
  expect(await writersNow()).toEqual(['a']);
  expect(await outOfService(site)).toEqual([]);
  expect(await workplace.run('recover')).toMatchObject({ code: 0, stdout: 'Nothing is left of any run.\n' });
  return true;
}

describe.each(restores.filter(isLookedAt))('Ctrl-C in $phase', ({ phase, steps, sampled }) => {
  it.each(steps.filter((name) => everyStep || sampled.includes(name)))('in the step %s', async (step) => {
    isHome = false;
    const running = start(phase);
    const begun = (entry: JournalEntry): boolean => entry.type === 'step-started' && entry.step === step;
    await workplace.until(`${step} has begun`, begun, 60_000);
    const ended = await interrupt(running);
    const [restore] = workplace.record().restores ?? [];
    expect(restore, ended.stdout).toBeDefined();
    // One that is over already has nothing to be aborted any more; the run has, unless that was its last step.
    const isOver = restore?.failed === undefined;
    expect(isOver ? ': stopped: ' : restore.failed).toContain(': stopped: ');
    expect(isOver && step === steps.at(-1) ? [0, 130] : [130], ended.stdout).toContain(ended.code);
    expect(workplace.record().residue).toEqual([]);
    expect(existsSync(site.backups.into)).toBe(false);
    expect(await markerTables(site)).toEqual([]);
    expect(await workplace.run('recover')).toMatchObject({
      code: 0,
      stdout: 'Nothing is left of any run.\n',
    });
    isHome = true;
  });
});

async function writersNow(): Promise<readonly string[]> {
  const [a, b] = await Promise.all([takesWrites(site, 'a'), takesWrites(site, 'b')]);
  return [...(a ? ['a'] : []), ...(b ? ['b'] : [])];
}

/**
 * Looks all the time whether both nodes take writes; `stop` resolves with how often they did. One is asked before and
 * after the other: a look that takes long is not taken for two writers.
 */
function watchWriters(): { stop(): Promise<number> } {
  let [both, ends] = [0, false];
  const looking = (async () => {
    while (!ends) {
      const twice =
        (await takesWrites(site, 'a')) && (await takesWrites(site, 'b')) && (await takesWrites(site, 'a'));
      if (twice) both += 1;
      await systemClock.sleep(WRITERS_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      ends = true;
      await looking;
      return both;
    },
  };
}

/** Servers that the load balancer was told to send nobody to. */
async function outOfService({ haproxy }: LabSite): Promise<readonly string[]> {
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    connect(haproxy.socket)
      .setEncoding('utf8')
      .on('data', (part: string) => (text += part))
      .on('error', reject)
      .on('end', () => resolve(text))
      .end(`show servers state ${haproxy.backend}\n`);
  });
  // be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state …
  return said
    .split('\n')
    .slice(2)
    .map((line) => line.split(' '))
    .filter((fields) => fields.length > 6 && fields[6] !== '0')
    .map((fields) => fields[3] ?? '');
}

async function markerTables({ regions }: LabSite): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: regions.a.postgres.url });
  await client.connect();
  try {
    return (await client.query("SELECT relname FROM pg_class WHERE relname LIKE 'ordeal_markers%'")).rows;
  } finally {
    await client.end();
  }
}
