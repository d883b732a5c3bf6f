import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import type { ProcessPlace } from '@ordeal/shared/process/place';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';

/** A run's folder with one open entry, which a heal ends: a process of its own. */
export interface LeftRun {
  readonly run: string;
  isHealed(): boolean;
  end(): void;
}

/** `runner` is the identity of the run's process; without a `place` it is a run of an older ordeal. */
export async function leaveRun(
  dir: string,
  run: string,
  runner: string,
  place: ProcessPlace | undefined,
  entry?: string,
): Promise<LeftRun> {
  const folder = join(dir, '.ordeal', 'runs', run);
  mkdirSync(folder, { recursive: true });
  const file = { run, runner, place, platform: 'shop', entry, startedAt: '2026-03-14T02:00:00Z', stores: {} };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(file));
  const child: ChildProcess = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const identity = processIdentity(child.pid ?? 0) ?? '';
  createFileUndoLedger(folder, systemClock).push({
    driver: PROCESS_DRIVER,
    config: { identity, what: 'load' },
    describe: `the load of ${run}`,
    deadline: '2026-03-14T03:00:00Z',
    revives: 'nothing',
  });
  return {
    run,
    isHealed: () => !isAlive(identity),
    end: () => void child.kill('SIGKILL'),
  };
}
