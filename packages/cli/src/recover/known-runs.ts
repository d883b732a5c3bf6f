import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { isAlive } from '@ordeal/shared/process/identity';
import { activeHolders, leaseFolder } from '../run/lease.ts';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile } from '../run/run-file.ts';
import type { KnownRuns } from './look.ts';

/** What this machine knows of runs: those of this folder, and those that hold a lease. `vouched` is dead, as a person says. */
export function knownRuns(runsDir: string, vouched: string | undefined): KnownRuns {
  const files = listRuns(runsDir).flatMap((dir) => readRunFile(dir) ?? []);
  const labelsOf = (alive: boolean): ReadonlySet<string> =>
    new Set(files.filter(({ runner }) => isAlive(runner) === alive).map(({ run }) => labelValue(run)));
  const [living, dead] = [labelsOf(true), labelsOf(false)];
  const active = new Set(activeHolders(leaseFolder()).map(({ run }) => labelValue(run)));
  const isUnderWay = (run: string): boolean => active.has(run) || living.has(run);
  return {
    isUnderWay,
    isDead: (run) =>
      !isUnderWay(run) && (dead.has(run) || (vouched !== undefined && run === labelValue(vouched))),
  };
}
