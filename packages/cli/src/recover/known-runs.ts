import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { leaseFolder } from '../run/lease-folder.ts';
import { activeHolders } from '../run/lease.ts';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile } from '../run/run-file.ts';
import { runnerState } from '../run/runner-state.ts';

/** What is known of the runs that things belong to, by the value of their label. */
export interface KnownRuns {
  /** It is under way on this machine. */
  isUnderWay(run: string): boolean;
  /** Its runner is known to be gone, or a person says so. */
  isDead(run: string): boolean;
}

/** What this machine knows of runs: those of this folder, and those that hold a lease. `vouched` is dead, as a person says. */
export function knownRuns(runsDir: string, vouched: string | undefined): KnownRuns {
  const files = listRuns(runsDir).flatMap((dir) => readRunFile(dir) ?? []);
  const labelsOf = (state: 'alive' | 'gone'): ReadonlySet<string> =>
    new Set(files.filter((file) => runnerState(file) === state).map(({ run }) => labelValue(run)));
  const [living, dead] = [labelsOf('alive'), labelsOf('gone')];
  const active = new Set(activeHolders(leaseFolder(), systemClock).map(({ run }) => labelValue(run)));
  const isUnderWay = (run: string): boolean => active.has(run) || living.has(run);
  return {
    isUnderWay,
    isDead: (run) =>
      !isUnderWay(run) && (dead.has(run) || (vouched !== undefined && run === labelValue(vouched))),
  };
}
