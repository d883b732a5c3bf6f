import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { leaseFolder } from '../run/lease-folder.ts';
import { activeHolders, originOf } from '../run/lease.ts';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile, type RunFile } from '../run/run-file.ts';
import { runnerState } from '../run/runner-state.ts';

/** What is known of the runs that things belong to, by the value of their label. */
export interface KnownRuns {
  /** It is under way on this machine. */
  isUnderWay(run: string): boolean;
  /** Its runner is known to be gone, or a person says so. */
  isDead(run: string): boolean;
  /**
   * Runs of this folder that are under way on the platform of another one; of one that does not say where its platform
   * is, also whoever holds a lease on one of that name.
   */
  atWorkOn(file: Pick<RunFile, 'platform' | 'entry'>): readonly string[];
}

/** What this machine knows of runs: those of this folder, and those that hold a lease. `vouched` is dead, as a person says. */
export function knownRuns(runsDir: string, vouched: string | undefined): KnownRuns {
  const files = listRuns(runsDir).flatMap((dir) => readRunFile(dir) ?? []);
  const labelsOf = (state: 'alive' | 'gone'): ReadonlySet<string> =>
    new Set(files.filter((file) => runnerState(file) === state).map(({ run }) => labelValue(run)));
  const [living, dead] = [labelsOf('alive'), labelsOf('gone')];
  const holders = activeHolders(leaseFolder(), systemClock);
  const active = new Set(holders.map(({ run }) => labelValue(run)));
  const isUnderWay = (run: string): boolean => active.has(run) || living.has(run);
  return {
    isUnderWay,
    isDead: (run) =>
      !isUnderWay(run) && (dead.has(run) || (vouched !== undefined && run === labelValue(vouched))),
    atWorkOn: ({ platform, entry }) => [
      ...files
        .filter((file) => runnerState(file) === 'alive' && file.platform === platform)
        .filter((file) => isSameOrigin(file.entry, entry))
        .map(({ run }) => run),
      ...(entry === undefined
        ? holders.filter((one) => one.platform === platform).map(({ run }) => run)
        : []),
    ],
  };
}

/** Where one of the two is not known, they may be the same. */
function isSameOrigin(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || originOf(one) === originOf(other);
}
