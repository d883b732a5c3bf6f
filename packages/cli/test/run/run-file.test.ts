import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRunFile, saveRunFile } from '../../src/run/run-file.ts';

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return { ...real, fsyncSync: vi.fn<typeof fs.fsyncSync>(real.fsyncSync) };
});

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'ordeal-run-file-'));
});
afterEach(() => {
  fs.rmSync(dir, { recursive: true, force: true });
  vi.mocked(fs.fsyncSync).mockClear();
});

function save(...phases: readonly string[]): void {
  saveRunFile(dir, {
    run: '1',
    pid: 1,
    platform: { name: 'shop', stores: {}, routes: {}, guardrails: {} } as unknown as Platform,
    scenario: { name: 'all', phases: phases.map((phase) => ({ phase })) } as unknown as Scenario,
    startedAt: new Date(0),
  });
}

describe('the file of a run', () => {
  it('is on disk, with its name, before anything is broken', () => {
    save('smoke', 'experiment');
    expect(fs.fsyncSync).toHaveBeenCalledTimes(2);
    expect(readRunFile(dir)).toMatchObject({ run: '1', platform: 'shop' });
  });

  it('keeps a run that only asks not waiting for the disk', () => {
    save('smoke');
    expect(fs.fsyncSync).not.toHaveBeenCalled();
    expect(readRunFile(dir)).toMatchObject({ run: '1', platform: 'shop' });
  });

  it('is for its owner alone, whichever', () => {
    for (const phases of [['smoke'], ['smoke', 'load']]) {
      save(...phases);
      expect(fs.statSync(join(dir, 'run.json')).mode & 0o777).toBe(0o600);
    }
  });
});

it('names as the way back of a drill one of its own store', () => {
  const failover = { kind: 'failover', lose: 'lost', from: 'a', to: 'b' } as const;
  const failback = { kind: 'failback', restore: 'lost', from: 'b', to: 'a' } as const;
  const phases = [
    { name: 'pg-lost', store: 'pg', drill: failover },
    { name: 'redis-lost', store: 'redis', drill: failover },
    { name: 'pg-back', store: 'pg', drill: failback },
    { name: 'redis-back', store: 'redis', drill: failback },
    { name: 'redis-moves', store: 'redis', drill: { kind: 'switchover', from: 'a', to: 'b' } },
  ].map((phase) => ({ phase: 'drill', ...phase }));
  saveRunFile(dir, {
    run: '1',
    pid: 1,
    platform: { name: 'shop', stores: {}, routes: {}, guardrails: {} } as unknown as Platform,
    scenario: { name: 'all', phases } as unknown as Scenario,
    startedAt: new Date(0),
  });
  expect(readRunFile(dir)).toMatchObject({
    wayBack: { 'pg-lost': 'pg-back', 'redis-lost': 'redis-back', 'redis-moves': 'redis-back' },
    rejoin: { 'pg-lost': 'pg-back', 'redis-lost': 'redis-back', 'redis-moves': 'redis-back' },
  });
});
