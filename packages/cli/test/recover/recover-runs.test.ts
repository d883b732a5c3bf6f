import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTarget, targetUndo } from '@ordeal/dr/restore/target';
import type { DrillPhase, Scenario } from '@ordeal/shared/scenario/scenario';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import type { Platform } from '@ordeal/shared/platform/platform';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recoverRuns, runsIn } from '../../src/recover/recover-runs.ts';
import { readRunFile, saveRunFile } from '../../src/run/run-file.ts';
import { resolvePromotion } from '../../src/run/standing-promotion.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'ordeal-recover-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

/** A store that says what is in a file, and of which nothing can be asked but, where no file forbids it, a rejoin. */
function storeAt(address: string): object {
  const nodes = ['a', 'b'].map((name) => ({ name, region: name }));
  const status = ['cat', join(runs, `${address}.json`)];
  const rejoin = ['test', '!', '-e', join(runs, 'no-rejoin')];
  return { nodes, status, promote: ['false'], fence: ['false'], demote: ['false'], rejoin };
}

function route(): object {
  return { regions: ['a', 'b'], status: ['cat', join(runs, 'route.json')], switch: ['false'] };
}

function say(a: object, b: object, led = 'active'): void {
  writeFileSync(join(runs, 'route.json'), JSON.stringify({ regions: { a: led, b: 'active' } }));
  const node = { timeline: 3, position: 1 };
  const nodes = [
    { ...node, name: 'a', ...a },
    { ...node, name: 'b', ...b },
  ];
  writeFileSync(join(runs, '1.json'), JSON.stringify({ nodes }));
}

/** A run that is over, and has left its mark. */
function leave(
  run: string,
  mark: {
    drill: string;
    writer: string;
    store?: string;
  } & Partial<Pick<PromotionMark, 'heir' | 'fenced' | 'final' | 'unmoved'>>,
  address = '1',
  usual: readonly string[] = ['a', 'b'],
): void {
  const dir = join(runs, run);
  mkdirSync(dir);
  const store = mark.store ?? 'main';
  const stores = { [store]: { driver: 'command', config: storeAt(address) } };
  const back = { wayBack: { region: 'region-return' }, rejoin: { region: 'failback' } };
  const routes = { global: { driver: 'command', config: route(), usual } };
  const file = { run, runner: '1@gone', platform: 'shop', startedAt: '', stores, routes, ...back };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(file));
  createFileUndoLedger(dir, systemClock).markPromotion({
    fenced: [],
    ...mark,
    store,
    requestedAt: '2026-01-01T00:00:00.000Z',
    nextStep: `Do what ${run} says.`,
  });
}

async function advice(): Promise<Readonly<Record<string, string>>> {
  const known = { isUnderWay: () => false, isDead: () => true, atWorkOn: () => [] };
  const outcomes = await recoverRuns(runsIn(runs, 'shop'), known);
  return Object.fromEntries(outcomes.map((one) => [one.run, one.advice.join('\n')]));
}

it('names one writer of a store, that of the last drill: what an earlier one says would stop it', async () => {
  leave('1', { drill: 'region-lost', writer: 'b' });
  leave('2', { drill: 'failback', writer: 'a' });
  const said = await advice();
  expect(said['1']).toBe(
    'The drill region-lost is not resolved, and run 2 has gone on from it: do as that one says.',
  );
  expect(said['2']).toContain('The only writer of store main is node a');
});

it('names the writer of each store, and of each platform of the same name', async () => {
  leave('1', { drill: 'region-lost', writer: 'b' });
  leave('2', { drill: 'region-lost', writer: 'a', store: 'cache' });
  leave('3', { drill: 'region-lost', writer: 'a' }, 'another lab');
  const said = await advice();
  expect(said['1']).toContain('The only writer of store main is node b');
  expect(said['2']).toContain('The only writer of store cache is node a');
  expect(said['3']).toContain('The only writer of store main is node a');
});

it('names the writer of each store of one run', async () => {
  leave('1', { drill: 'region-lost', writer: 'b' });
  createFileUndoLedger(join(runs, '1'), systemClock).markPromotion({
    drill: 'cache-lost',
    store: 'cache',
    writer: 'a',
    fenced: ['b'],
    requestedAt: '2026-01-01T00:00:00.000Z',
    nextStep: 'Fail the cache back.',
  });
  const said = await advice();
  expect(said['1']).toContain('The only writer of store main is node b');
  expect(said['1']).toContain('The only writer of store cache is node a');
});

it('names what makes a node a standby again as long as it is fenced, and then what merely returns', async () => {
  leave('1', { drill: 'region', writer: 'b', fenced: ['a'] });
  expect((await advice())['1']).toContain('npx ordeal drill --only failback --platform shop');
  leave('2', { drill: 'region', writer: 'b' });
  expect((await advice())['2']).toContain('npx ordeal drill --only region-return --platform shop');
});

describe('a drill that a person has brought to its end', () => {
  const primary = { role: 'primary' };
  const follows = { role: 'standby', lagSeconds: 0 };
  const open = (run: string) => createFileUndoLedger(join(runs, run), systemClock);
  beforeEach(() => {
    leave('1', { drill: 'region-lost', writer: 'b', fenced: ['a'] });
    const deadline = '2026-01-01T00:00:00.000Z';
    open('1').push({ driver: 'host', config: {}, describe: 'lost', deadline, revives: 'old-primary' });
  });

  it('is resolved, with what it went on from', async () => {
    leave('2', { drill: 'failback', writer: 'a', fenced: ['b'], final: { route: 'global' } });
    say(primary, follows);
    expect(await advice()).toEqual({ 1: '', 2: '' });
    expect([open('1').promotion(), open('1').open(), open('2').promotion()]).toEqual([
      undefined,
      [],
      undefined,
    ]);
    expect(await advice(), 'nothing is left').toEqual({});
  });

  it.each([
    ['a node follows nobody', primary, { role: 'standby' }],
    ['a node follows another timeline', primary, { ...follows, timeline: 2 }],
    ['a node does not answer', primary, { reachable: false, reason: 'refused' }],
    ['two take writes', primary, primary],
    ['nobody takes writes', follows, follows],
    ['the other one takes writes', follows, primary],
    ['traffic is not led as usual', primary, follows, 'out'],
  ])('is not, while %s', async (_, a, b, led?: string) => {
    leave('2', { drill: 'failback', writer: 'a', fenced: ['b'], final: { route: 'global' } });
    say(a, b, led);
    expect((await advice())['2']).toContain('The only writer of store main is node a');
    expect(open('2').promotion()).toBeDefined();
    expect(open('1').open()).toHaveLength(1);
  });

  it('is not, while traffic is also led to a region that only stands by', async () => {
    leave('2', { drill: 'failback', writer: 'a', fenced: ['b'], final: { route: 'global' } }, '1', ['a']);
    say(primary, follows);
    expect((await advice())['2']).toContain('The only writer of store main is node a');
    expect(open('2').promotion()).toBeDefined();
  });

  it('is not, while what was moved away is to come back', async () => {
    say(follows, primary);
    expect((await advice())['1']).toContain('The only writer of store main is node b');
    expect(open('1').promotion()).toBeDefined();
  });
});

it('heals what no mark keeps from it before anybody is asked what has become of a drill', async () => {
  leave('1', { drill: 'region-lost', writer: 'b', final: { route: 'global' } });
  // Whoever asks the store notes whether what the run left was there still.
  const place = join(runs, 'left');
  const undo = targetUndo(place);
  makeTarget(undo, undefined);
  const stores = {
    main: { driver: 'command', config: { ...storeAt('1'), status: ['sh', '-c', noting(place)] } },
  };
  const path = join(runs, '1', 'run.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...file, stores }));
  say({ role: 'standby', lagSeconds: 0 }, { role: 'primary' });
  createFileUndoLedger(join(runs, '1'), systemClock).push({
    driver: 'restore-target',
    config: undo,
    describe: 'the restored server',
    deadline: '2026-01-01T00:00:00.000Z',
    revives: 'nothing',
  });
  const known = { isUnderWay: () => false, isDead: () => true, atWorkOn: () => [] };
  const [outcome] = await recoverRuns(runsIn(runs, 'shop'), known);
  expect(outcome?.healed).toEqual([expect.stringContaining('has come to its end'), 'the restored server']);
  expect(readFileSync(join(runs, 'asked'), 'utf8')).toMatch(/^(gone\n)+$/);
});

function noting(place: string): string {
  const noted = `if [ -e ${place} ]; then echo there; else echo gone; fi >> ${join(runs, 'asked')}`;
  return `${noted}; cat ${join(runs, '1.json')}`;
}

describe('a move whose runner died while one node handed over to the other', () => {
  const primary = { role: 'primary' };
  const follows = { role: 'standby', lagSeconds: 0 };
  const open = (run: string) => createFileUndoLedger(join(runs, run), systemClock);
  const usual = { route: 'global' };
  beforeEach(() => leave('1', { drill: 'region', writer: 'a', heir: 'b', final: usual, unmoved: usual }));

  async function said(): Promise<readonly string[]> {
    const known = { isUnderWay: () => false, isDead: () => true, atWorkOn: () => [] };
    const outcomes = await recoverRuns(runsIn(runs, 'shop'), known);
    return outcomes.flatMap((one) => [...one.healed, ...one.advice]);
  }

  it('has come to its end when the heir has taken over, and the old primary is one of its standbys for good', async () => {
    say(follows, primary);
    writeFileSync(join(runs, 'no-rejoin'), '');
    expect((await said()).join('\n')).toContain('Node a could not be confirmed as a standby: ');
    expect(open('1').promotion()).toBeDefined();
    rmSync(join(runs, 'no-rejoin'));
    expect(await said()).toEqual([
      expect.stringContaining('the drill region has come to its end: node b is the only writer'),
    ]);
    expect(open('1').promotion()).toBeUndefined();
  });

  it.each([
    ['a', follows, primary],
    ['b', primary, follows],
  ])('has node %s confirmed as a standby also while traffic is not led as usual', async (name, a, b) => {
    say(a, b, 'out');
    writeFileSync(join(runs, 'no-rejoin'), '');
    expect((await said()).join('\n')).toContain(`Node ${name} could not be confirmed as a standby: `);
    rmSync(join(runs, 'no-rejoin'));
    expect((await said()).join('\n')).not.toContain('could not be confirmed');
    expect(open('1').promotion()).toBeDefined();
  });

  it('has moved nothing when all is as it was, and names no way back of what is where it was', async () => {
    say(primary, follows, 'out');
    expect((await said()).join('\n')).not.toContain('Command for the way back');
    expect(open('1').promotion()).toBeDefined();
    say(primary, follows);
    expect(await said()).toEqual([
      expect.stringContaining('the drill region has moved nothing: node a is the only writer'),
    ]);
    expect(open('1').promotion()).toBeUndefined();
  });

  it('has resolved nothing of what was there before when it has moved nothing', async () => {
    leave('0', { drill: 'region-lost', writer: 'a', fenced: ['b'] });
    say(primary, follows);
    expect((await said()).join('\n')).toContain('(Drill region-lost');
    expect([open('0').promotion()?.writer, open('1').promotion()]).toEqual(['a', undefined]);
  });
});

it('takes the mark away last: without it, what it keeps from being healed would be', () => {
  leave('1', { drill: 'region-lost', writer: 'b', fenced: ['a'] });
  const undo = createFileUndoLedger(join(runs, '1'), systemClock);
  const deadline = '2026-01-01T00:00:00.000Z';
  undo.push({ driver: 'host', config: {}, describe: 'lost', deadline, revives: 'old-primary' });
  const settle = (): never => {
    throw new Error('killed');
  };
  expect(() => resolvePromotion({ ...undo, settle }, 'main')).toThrow('killed');
  expect(undo.promotion()).toBeDefined();
});

it('names the way back of each drill that moves something', () => {
  const drill = (name: string, kind: object): DrillPhase =>
    ({ phase: 'drill', name, drill: kind }) as unknown as DrillPhase;
  const phases = [
    drill('there', { kind: 'switchover', from: 'a', to: 'b' }),
    drill('and-back', { kind: 'switchover', from: 'b', to: 'a' }),
    drill('region-evacuate', { kind: 'evacuate', from: 'a', to: 'b' }),
    drill('region-return', { kind: 'return', from: 'b', to: 'a' }),
    drill('region-lost', { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' }),
    drill('failback', { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' }),
    drill('watch', { kind: 'observe', lose: 'replica', from: 'a' }),
  ];
  saveRunFile(runs, {
    run: '1',
    pid: 1,
    platform: { name: 'shop', stores: {}, routes: {}, guardrails: {} } as unknown as Platform,
    scenario: { name: 'recovery', phases } as unknown as Scenario,
    startedAt: new Date(0),
  });
  expect(readRunFile(runs)).toMatchObject({
    wayBack: {
      there: 'failback',
      'region-evacuate': 'region-return',
      'region-return': 'region-return',
      'region-lost': 'failback',
      failback: 'failback',
    },
    rejoin: { there: 'failback', 'region-evacuate': 'failback', 'region-lost': 'failback' },
  });
});

describe('what makes an old primary writable', () => {
  const open = (run: string) => createFileUndoLedger(join(runs, run), systemClock);
  const known = { isUnderWay: () => false, isDead: () => true, atWorkOn: () => [] };
  /** Something that is there until it is healed. */
  function broken(what: string) {
    const config = targetUndo(join(runs, what.replaceAll(' ', '-')));
    makeTarget(config, undefined);
    return { driver: 'restore-target', config, describe: what, deadline: '2026-01-01T00:00:00.000Z' };
  }
  /** A run that died with a region lost, and moved nothing. */
  function leaveLost(run: string, more: object = {}): void {
    leave(run, { drill: 'none', writer: 'a' });
    open(run).clearPromotion('main');
    const path = join(runs, run, 'run.json');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...more }));
    open(run).push({ ...broken('region a is lost'), revives: 'old-primary' });
  }

  it('is kept as long as a later run’s promotion of the same store stands, and healed with its end', async () => {
    leaveLost('1');
    leave('2', { drill: 'failback', writer: 'b', fenced: ['a'], final: { route: 'global' } });
    say({ role: 'standby', lagSeconds: 0 }, { role: 'primary' }, 'out');
    const [first] = await recoverRuns(runsIn(runs, 'shop'), known);
    expect(first).toMatchObject({
      run: '1',
      healed: [],
      left: [expect.stringMatching(/region a is lost: kept/)],
    });
    expect(open('1').open()).toHaveLength(1);
    say({ role: 'standby', lagSeconds: 0 }, { role: 'primary' });
    const [again] = await recoverRuns(runsIn(runs, 'shop'), known);
    expect(again).toMatchObject({ run: '1', healed: ['region a is lost'], left: [] });
  });

  it('is healed although a promotion of another store, or of another lab, stands', async () => {
    leaveLost('1');
    leave('2', { drill: 'region-lost', writer: 'b', fenced: ['a'], store: 'cache' });
    leave('3', { drill: 'region-lost', writer: 'b', fenced: ['a'] }, 'another lab');
    const [first] = await recoverRuns(runsIn(runs, 'shop'), known);
    expect(first).toMatchObject({ run: '1', healed: ['region a is lost'] });
  });

  it('is kept when whoever would know of another run does not answer, which nothing else waits for', async () => {
    leaveLost('1');
    open('1').push({ ...broken('a toxic'), revives: 'nothing' });
    const access = { how: 'unknown', reason: 'the Lease cannot be taken: no route to host' } as const;
    const signal = new AbortController().signal;
    const [outcome] = await recoverRuns(runsIn(runs, 'shop'), known, { to: () => access, signal });
    expect(outcome).toMatchObject({
      healed: ['a toxic'],
      left: [expect.stringMatching(/region a is lost: kept, .*cannot be told: the Lease .*no route to host/)],
    });
  });

  it('is not touched while another run is at work on the platform, which is named', async () => {
    leaveLost('1');
    const atWorkOn = () => ['2-under-way'];
    const [outcome] = await recoverRuns(runsIn(runs, 'shop'), { ...known, atWorkOn });
    expect(outcome).toMatchObject({
      healed: [],
      refused: [expect.stringMatching(/^run 2-under-way is under way .*Wait for it, or end it/)],
    });
    expect(open('1').open()).toHaveLength(1);
  });
});
