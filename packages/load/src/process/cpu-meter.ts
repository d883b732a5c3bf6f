import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second in /proc, on every Linux that there is. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time in seconds that a process has wanted so far: what it used, and what its threads spent ready to run but
 * waiting for a core. Undefined when the process is gone, or where there is no /proc.
 */
export function cpuDemandSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may contain spaces and brackets: fields are counted from behind its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const used = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return Number.isFinite(used) ? used + waitedSeconds(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** Not every kernel counts waiting; there it is 0. */
function waitedSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [, waited] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      nanoseconds += Number(waited);
    } catch {
      continue;
    }
  }
  return nanoseconds / 1e9;
}
