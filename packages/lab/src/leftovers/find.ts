import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pid as ownPid } from 'node:process';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import { inLab, siteNames } from '../layout/paths.ts';

/** A process that belongs to a lab. */
export interface LabProcess {
  readonly identity: string;
  /** `a/api-1`, or `a` for a supervisor. */
  readonly unit: string;
}

/** Variables that mark every process of a lab, so that it is found whatever else is lost. */
export function labMarks(labDir: string, unit: string): Readonly<Record<string, string>> {
  return { ORDEAL_LAB: labDir, ORDEAL_UNIT: unit };
}

/**
 * Every process of a lab that is alive, by its marks and by the identities that the supervisors noted.
 * Child processes of PostgreSQL overwrite their environment: they are known by their working directory.
 */
export function findLabProcesses(labDir: string): readonly LabProcess[] {
  const found = new Map<string, LabProcess>();
  for (const one of [...notedProcesses(labDir), ...markedProcesses(labDir)]) found.set(one.identity, one);
  return [...found.values()];
}

function notedProcesses(labDir: string): readonly LabProcess[] {
  return siteNames.flatMap((site) => {
    const dir = inLab.run(labDir, site);
    if (!existsSync(dir)) return [];
    return readdirSync(dir)
      .filter((file) => file.endsWith('.id'))
      .map((file) => {
        const name = file.slice(0, -'.id'.length);
        return {
          identity: readText(join(dir, file)) ?? '',
          unit: name === 'supervisor' ? site : `${site}/${name}`,
        };
      })
      .filter(({ identity }) => identity !== '' && isAlive(identity));
  });
}

function markedProcesses(labDir: string): readonly LabProcess[] {
  if (!existsSync('/proc/self/environ')) return [];
  const found: LabProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === ownPid) continue;
    const unit = unitOf(pid, labDir);
    if (unit === undefined) continue;
    const identity = processIdentity(pid);
    if (identity !== undefined) found.push({ identity, unit });
  }
  return found;
}

function unitOf(pid: number, labDir: string): string | undefined {
  const environ = readText(`/proc/${pid}/environ`)?.split('\0') ?? [];
  if (environ.includes(`ORDEAL_LAB=${labDir}`)) {
    return environ.find((line) => line.startsWith('ORDEAL_UNIT='))?.slice('ORDEAL_UNIT='.length);
  }
  try {
    if (basename(readlinkSync(`/proc/${pid}/exe`)).split(' ')[0] !== 'postgres') return undefined;
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    const site = siteNames.find((one) => cwd.startsWith(`${join(labDir, one)}/`));
    return site === undefined ? undefined : `${site}/postgres`;
  } catch {
    return undefined; // It has ended, or is another user's.
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
