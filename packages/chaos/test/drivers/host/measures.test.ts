import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostDriver } from '../../../src/drivers/host.ts';
import { hasSshServer, startSshServer } from '../../fixtures/ssh-server.ts';
import { until } from '../../fixtures/toxiproxy.ts';
import { configOf, context, entryOf } from './subjects.ts';

/** Large enough to be told from what else is at work on the machine meanwhile. */
const faults: Readonly<Record<string, () => object>> = {
  cpu: () => ({ action: 'cpu', workers: 16, endsAfterSeconds: 60 }),
  memory: () => ({ action: 'memory', megabytes: 1536, endsAfterSeconds: 60 }),
  disk: () => {
    const directory = mkdtempSync(join(tmpdir(), 'ordeal-measured-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { action: 'disk', directory, megabytes: 512, leaveMegabytes: 100, endsAfterSeconds: 60 };
  },
};

describe('what a fault moves on its host', () => {
  it.each(Object.keys(faults))(
    'is seen there, and is back when it was healed: %s',
    async (name) => {
      const config = configOf(faults[name]?.());
      const { moves, atLeast = Number.NaN } = hostDriver.measureOf(config) ?? {};
      const sign = moves === 'up' ? 1 : -1;
      const read = () => hostDriver.read(config, context());
      const before = await read();
      await hostDriver.inject(config, context());
      // What else is at work may hide it for a moment, and the kernel takes one to let go.
      await until(async () => sign * ((await read()) - before) >= atLeast, 60_000);
      const during = await read();
      expect(await hostDriver.status(config, context())).toMatchObject({ state: 'present' });
      await hostDriver.heal(entryOf(config), context());
      await until(async () => sign * (during - (await read())) >= atLeast, 60_000);
    },
    180_000,
  );

  it.skipIf(!hasSshServer)('is read over SSH as well, and never of another machine', async () => {
    const server = await startSshServer();
    onTestFinished(() => server.stop());
    const config = configOf({ ...faults['memory']?.(), on: { ssh: server.place } });
    expect(hostDriver.measureOf(config)?.name).toMatch(/^memory available on /);
    expect(await hostDriver.read(config, context())).toBeGreaterThan(0);
    const elsewhere = configOf({ ...faults['memory']?.(), on: { machineId: '0'.repeat(32) } });
    await expect(hostDriver.read(elsewhere, context())).rejects.toThrow(/another machine/);
  });

  it('is nothing for what only clients feel', async () => {
    const config = configOf({
      action: 'freeze',
      units: [{ name: 'it', pidFile: '/run/it.pid' }],
      endsAfterSeconds: 60,
    });
    expect(hostDriver.measureOf(config)).toBeUndefined();
    await expect(hostDriver.read(config, context())).rejects.toThrow(/moves nothing/);
  });
});
