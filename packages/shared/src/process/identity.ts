import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * Identity of a process: its id and when it started, so that a reused id is never taken for the same process.
 * Undefined when there is no such process, or when it is a zombie.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may contain spaces and brackets: fields are counted from behind its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid}@${fields[19]}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && hasProc()) return undefined;
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    // Only where there is no /proc: what starts programs takes long to load.
    const { execFileSync } = load('node:child_process') as typeof import('node:child_process');
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : `${pid}@${started.replaceAll(/\s+/g, '-')}`;
  } catch {
    return undefined;
  }
}

/** The process id in an identity made by `processIdentity`. */
export function pidOf(identity: string): number {
  return Number.parseInt(identity, 10);
}

/** Whether exactly this process is still there. */
export function isAlive(identity: string): boolean {
  return processIdentity(pidOf(identity)) === identity;
}

function hasProc(): boolean {
  try {
    return readFileSync('/proc/self/stat', 'utf8') !== '';
  } catch {
    return false;
  }
}
