import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { isAlive } from '@ordeal/shared/process/identity';
import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostDriver } from '../../src/drivers/host.ts';
import type { HostConfig } from '../../src/drivers/host/config.ts';
import { healElsewhere, startSupervised, type SupervisedFixture } from '../fixtures/supervised.ts';

let site: SupervisedFixture;

beforeAll(async () => {
  site = await startSupervised();
});
afterAll(() => site.stop());

const gone = {
  name: 'nothing',
  status: ['echo', '{"unit":"nothing","state":"stopped","ready":false,"processes":[]}'],
};

describe('the host driver', () => {
  const cases = faultDriverContract(() => ({
    driver: hostDriver,
    raw: whole(),
    empty: configOf({ ...whole(), units: [{ ...gone, start: ['true'] }] }),
    mistaken: {
      raw: { ...whole(), units: [{ name: '', status: [] }], readyWithinSeconds: 0, signal: 'SIGHUP' },
      places: ['.units[0].name', '.units[0].status[0]', '.readyWithinSeconds', '.signal'],
    },
    works: async () => site.report('all').ready,
    healElsewhere,
  }));
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('asks for a start command where nobody else starts what was killed', () => {
    const parsed = hostDriver.parse({ ...whole(), units: [{ name: 'x', status: ['true'] }] }, 'here');
    expect(parsed).toMatchObject({ ok: false, diagnostics: [{ path: 'here.units' }] });
  });

  it('kills everything of a unit, and nothing else', async () => {
    const before = site.report('all');
    const config = worker('worker-0');
    await hostDriver.inject(config, context());
    const killed = before.processes.find(({ name }) => name === 'worker-0');
    expect(isAlive(killed?.identity ?? '')).toBe(false);
    const others = before.processes.filter(({ name }) => name !== 'worker-0');
    expect(others.every(({ identity }) => isAlive(identity))).toBe(true);
    await hostDriver.heal(entryOf(config), context());
  });

  it('tells when a supervisor has replaced what was killed, by its identity', async () => {
    const config = worker('worker-1');
    const before = await hostDriver.identities(config, context());
    const [acknowledged] = await hostDriver.inject(config, context());
    const at = await hostDriver.replaced(config, before, context());
    expect(at).toBeGreaterThan(acknowledged?.confirmed ?? Number.POSITIVE_INFINITY);
    expect(await hostDriver.identities(config, context())).not.toEqual(before);
    expect(await hostDriver.status(config, context())).toEqual({ state: 'absent' });
  });

  const hung = (readyWithinSeconds: number) =>
    configOf({
      action: 'freeze',
      units: [{ name: 'worker-1', status: site.argv('status', 'worker-1') }],
      replacedBy: 'supervisor',
      readyWithinSeconds,
      endsAfterSeconds: 60,
    });

  it('tells when a supervisor has replaced what hung', async () => {
    const config = hung(20);
    expect(hostDriver.endsByItself(config)).toBe(true);
    const before = await hostDriver.identities(config, context());
    await hostDriver.inject(config, context());
    const replaced = hostDriver.replaced(config, before, context());
    // What a liveness check does.
    process.kill(Number.parseInt(before['worker-1'] ?? '', 10), 'SIGKILL');
    await replaced;
    expect(await hostDriver.identities(config, context())).not.toEqual(before);
    await hostDriver.heal(entryOf(config), context());
    expect(await hostDriver.status(config, context())).toEqual({ state: 'absent' });
  });

  it('says of what hangs that nobody has replaced it, and lets it go on', async () => {
    const config = hung(0.3);
    const before = await hostDriver.identities(config, context());
    await hostDriver.inject(config, context());
    await expect(hostDriver.replaced(config, before, context())).rejects.toThrow(
      /worker-1 was not replaced within 0\.3 s: a process from before/,
    );
    expect(await hostDriver.status(config, context())).toMatchObject({ state: 'present' });
    await hostDriver.heal(entryOf(config), context());
    expect(await hostDriver.status(config, context())).toEqual({ state: 'absent' });
    expect(await hostDriver.identities(config, context())).toEqual(before);
  });

  it('does not call a unit replaced that was never killed', async () => {
    const config = configOf({ ...worker('worker-1'), readyWithinSeconds: 0.3 });
    const before = await hostDriver.identities(config, context());
    await expect(hostDriver.replaced(config, before, context())).rejects.toThrow(/a process from before/);
  });

  it('does not call a unit replaced, or healed, that runs and is not ready', async () => {
    const config = configOf({ ...worker('worker-1'), readyWithinSeconds: 0.5 });
    const before = await hostDriver.identities(config, context());
    site.setReady(false);
    try {
      await hostDriver.inject(config, context());
      await expect(hostDriver.replaced(config, before, context())).rejects.toThrow(/not ready/);
      await expect(hostDriver.heal(entryOf(config), context())).rejects.toThrow(/not ready/);
      const running = configOf({ ...config, healedWhen: 'running' });
      await hostDriver.heal(entryOf(running), context());
      expect(await hostDriver.status(running, context())).toEqual({ state: 'absent' });
    } finally {
      site.setReady(true);
    }
  });

  it.each([
    ['this process', {}],
    ['a script', { through: ['env'] }],
  ])('leaves a process alone whose id was taken over by another, when %s kills', async (_, on) => {
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    const exited = once(bystander, 'exit');
    const line = JSON.stringify({
      unit: 'stale',
      state: 'running',
      ready: true,
      processes: [{ name: 'stale', pid: bystander.pid, identity: `${bystander.pid}@1` }],
    });
    const units = [{ name: 'stale', status: ['echo', line] }];
    const config = configOf({ ...worker('stale'), on, units });
    await hostDriver.inject(config, context());
    bystander.kill('SIGTERM');
    expect(await exited).toEqual([null, 'SIGTERM']);
  });

  it.each([
    ['prints something else', ['echo', 'fine'], /must be one line of JSON/],
    ['fails', ['sh', '-c', 'echo no lab >&2; exit 3'], /exit code 3: no lab/],
    ['is not there', ['/nowhere/control'], /could not be run/],
  ])('takes nothing for healed when the status command %s', async (_, status, message) => {
    const config = configOf({ ...worker('x'), units: [{ name: 'x', status }], readyWithinSeconds: 0.3 });
    await expect(hostDriver.targets(config, context())).rejects.toThrow(message);
    await expect(hostDriver.heal(entryOf(config), context())).rejects.toThrow(message);
    expect(await hostDriver.status(config, context())).toMatchObject({ state: 'unknown' });
  });

  it('kills again what comes back, and gives up on what always does', async () => {
    const restless = [
      'sh',
      '-c',
      'sleep 5 >/dev/null 2>&1 & s=$(cut -d" " -f22 /proc/$!/stat); echo "{\\"unit\\":\\"x\\",\\"state\\":\\"running\\",\\"ready\\":true,\\"processes\\":[{\\"name\\":\\"x\\",\\"pid\\":$!,\\"identity\\":\\"$!@$s\\"}]}"',
    ];
    const config = configOf({ ...whole(), units: [{ name: 'x', status: restless, start: ['true'] }] });
    await expect(hostDriver.inject(config, context())).rejects.toThrow(/as fast as it is ended/);
  });
});

function whole() {
  return {
    action: 'kill',
    units: [{ name: 'all', status: site.argv('status', 'all'), start: site.argv('start', 'all') }],
    replacedBy: 'nobody',
    readyWithinSeconds: 15,
  };
}

function worker(name: string): HostConfig {
  return configOf({
    action: 'kill',
    units: [{ name, status: site.argv('status', name) }],
    replacedBy: 'supervisor',
    readyWithinSeconds: 10,
  });
}

function configOf(raw: unknown): HostConfig {
  const parsed = hostDriver.parse(raw, 'config');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

function context(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(20_000), say: () => undefined };
}

function entryOf(config: HostConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: 'host',
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}
