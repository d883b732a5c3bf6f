import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@ordeal/shared/time/clock';
import { inLab, regionNames } from '../layout/paths.ts';
import { endProcesses } from './end.ts';
import { findLabProcesses, type LabProcess } from './find.ts';

const ROUNDS_AT_MOST = 10;

/** Ends every process of a lab, whatever state it is in, and removes its directory. Returns how many it ended. */
export async function removeLab(dir: string, clock: Clock): Promise<number> {
  const ended = new Set<string>();
  for (let round = 0; round < ROUNDS_AT_MOST; round++) {
    const processes = findLabProcesses(dir);
    if (processes.length === 0) break;
    await endOnce(processes, clock);
    for (const { identity } of processes) ended.add(identity);
  }
  for (const region of regionNames)
    removeSharedMemory(join(inLab.postgresData(dir, region), 'postmaster.pid'));
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  return ended.size;
}

function isSupervisor({ unit }: LabProcess): boolean {
  return !unit.includes('/');
}

function isPostgres({ unit }: LabProcess): boolean {
  return unit.endsWith('/postgres');
}

/** Supervisors first, or they would put back what is ended. Nothing has to be saved: all of it is removed. */
async function endOnce(processes: readonly LabProcess[], clock: Clock): Promise<void> {
  const of = (test: (process: LabProcess) => boolean) =>
    processes.filter(test).map(({ identity }) => identity);
  await endProcesses(of(isSupervisor), { signal: 'SIGKILL', withinMs: 5_000 }, clock);
  await Promise.all([
    endProcesses(
      of((one) => !isSupervisor(one) && !isPostgres(one)),
      { signal: 'SIGKILL', withinMs: 5_000 },
      clock,
    ),
    // An immediate shutdown, which gives back its shared memory.
    endProcesses(of(isPostgres), { signal: 'SIGQUIT', withinMs: 2_000 }, clock),
  ]);
}

/** A killed server leaves a small segment of System V shared memory; its lock file's seventh line names it. */
function removeSharedMemory(lockFile: string): void {
  if (!existsSync(lockFile)) return;
  const id = readFileSync(lockFile, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
  if (id === undefined) return;
  try {
    execFileSync('ipcrm', ['-m', id], { stdio: 'ignore' });
  } catch {
    // Somebody has removed it already, or there is no such program: it is 56 bytes, and no process.
  }
}
