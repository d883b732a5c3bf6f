import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { testTools } from '@ordeal/shared/testing/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostDriver } from '../../../src/drivers/host.ts';
import { tokenOf } from '../../../src/drivers/host/script/fault-script.ts';
import { hasSshServer, startSshServer, statOf, type SshServerFixture } from '../../fixtures/ssh-server.ts';
import { program } from '../../fixtures/supervised.ts';
import { until } from '../../fixtures/toxiproxy.ts';
import { configOf, context, entryOf, leftOf, subjects } from './subjects.ts';

/** Long enough that the fault is seen to be in, short enough to be waited for. */
const SECONDS = 2;
const OVER_WITHIN_MS = 20_000;

let server: SshServerFixture | undefined;

beforeAll(async () => {
  if (hasSshServer) server = await startSshServer();
});
afterAll(() => server?.stop());

describe('the timer of a fault ends it', () => {
  for (const [name, { skipped, make }] of Object.entries(subjects)) {
    const said = skipped === undefined ? '' : ` (skipped: ${skipped})`;
    it.skipIf(skipped !== undefined)(`${name}: when its runner was killed${said}`, async () => {
      const subject = await make();
      try {
        const config = configOf({ ...subject.raw({}), endsAfterSeconds: SECONDS });
        await injectAndDie(config);
        await until(async () => leftOf(config).length === 0, OVER_WITHIN_MS);
        expect(await subject.works()).toBe(true);
        expect(await hostDriver.status(config, context())).toEqual({ state: 'absent' });
      } finally {
        await subject.stop();
      }
    });
  }

  it.skipIf(!hasSshServer).each(['freeze', 'disk', 'cpu'])(
    '%s: when its host cannot be reached any more',
    async (name) => {
      const subject = await (subjects[name] as (typeof subjects)[string]).make();
      try {
        const on = { ssh: server?.place };
        const config = configOf({ ...subject.raw(on), endsAfterSeconds: SECONDS });
        await injectAndDie(config);
        await server?.down();
        expect(await hostDriver.status(config, context())).toMatchObject({ state: 'unknown' });
        await until(async () => leftOf(config).length === 0, OVER_WITHIN_MS);
        expect(await subject.works()).toBe(true);
        await server?.up();
        expect(await hostDriver.status(config, context())).toEqual({ state: 'absent' });
      } finally {
        await subject.stop();
      }
    },
  );
});

/** Injects in a process of its own, which is killed with its whole group as soon as the fault is in. */
async function injectAndDie(config: unknown): Promise<void> {
  const args = [program('inject'), 'host', JSON.stringify(config)];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const exited = once(child, 'exit');
  const [data] = (await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('it was not injected'))),
  ])) as [Buffer];
  expect(data.toString()).toBe('injected\n');
  kill(-(child.pid ?? 0), 'SIGKILL');
  await exited;
}

it('is a process in a session of its own, which no hangup reaches', async () => {
  const subject = await (subjects['disk'] as (typeof subjects)[string]).make();
  const config = configOf(subject.raw({}));
  try {
    await hostDriver.inject(config, context());
    const file = `/tmp/ordeal-fault-${tokenOf(config)}/watchdog`;
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    const [, , , session] = statOf(pid) ?? [];
    expect(session).toBe(String(pid));
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) kill(pid, signal);
    expect(await hostDriver.status(config, context())).toMatchObject({ state: 'present' });
    expect(statOf(pid)?.[3]).toBe(String(pid));
  } finally {
    await hostDriver.heal(entryOf(config), context());
    await subject.stop();
  }
});
