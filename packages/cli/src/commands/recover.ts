import { existsSync } from 'node:fs';
import type { LoadPlace } from '@ordeal/shared/scenario/scenario';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { readSite } from '@ordeal/lab/read-site';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform, type LoadedPlatform } from '../load/load-platform.ts';
import { leaseRuns, recoveryName, type AccessRequest } from '../recover/access.ts';
import { knownRuns } from '../recover/known-runs.ts';
import { lookAtPlatform, type Looked } from '../recover/look.ts';
import { recoverRuns, runsIn } from '../recover/recover-runs.ts';
import type { RunThere } from '../recover/run-there.ts';
import { renderRecovered, type Recovered } from '../recover/render.ts';
import { unreadableRuns } from '../recover/unreadable-runs.ts';
import { leasePlatform } from '../run/platform-lease.ts';
import { runsDirectory } from '../run/run-directory.ts';

export interface RecoverOptions {
  readonly json?: boolean;
  readonly platform?: string;
  readonly labName: string;
  /** Also look at what there is at the platform itself. */
  readonly look?: boolean;
  /** Where the platform is that is looked at. */
  readonly on?: LoadPlace;
  /** A run that is dead, as a person says. What is seen to live is not. */
  readonly run?: string;
}

/**
 * `ordeal recover`: heals what dead runs have left, on platforms on which no run is at work; names the single writer where
 * a drill was cut off. With `--look` it
 * also heals what no folder here knows of.
 */
export async function recoverCommand(options: RecoverOptions, edge: Edge): Promise<number> {
  if (options.look === true && options.platform === undefined) {
    throw new CommandError(
      '--look needs --platform: it says whose targets and clusters to look at.',
      exitCodes.usage,
    );
  }
  // Before anything is healed: a mistake in its file is told at once.
  const loaded = options.look === true ? await platformToLookAt(options, edge) : undefined;
  const { outcomes, looked } = await (loaded === undefined
    ? recoverFolder(options, edge)
    : recoverWithLook(loaded, options.run, edge));
  const all = looked === undefined ? outcomes : [...outcomes, looked];
  if (options.json === true) edge.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else edge.stdout.write(renderRecovered(outcomes, looked));
  const isLeft = all.some(({ left }) => left.length > 0) || outcomes.some(({ advice }) => advice.length > 0);
  if (isLeft) return exitCodes.residue;
  return all.some(({ refused }) => refused.length > 0) ? exitCodes.refused : exitCodes.pass;
}

interface Done {
  readonly outcomes: readonly Recovered[];
  readonly looked?: Looked;
}

async function recoverFolder(options: RecoverOptions, edge: Edge): Promise<Done> {
  const { run: vouched } = options;
  const runsDir = runsDirectory(edge.cwd);
  const runs = runsIn(runsDir, await nameOfPlatform(options, runsDir, edge));
  if (vouched !== undefined && !runs.some(({ file }) => labelValue(file.run) === labelValue(vouched))) {
    throw new CommandError(
      `There is no run ${vouched} in ${runsDir}. --run says of a run there that it is dead; with --platform and --look, also of one whose folder is gone.`,
      exitCodes.usage,
    );
  }
  if (!existsSync(runsDir)) {
    throw new CommandError(
      `No run was started here: there is no ${runsDir} that this user can see, so nothing was looked at. Call this in the directory in which the run was started, as who started it; without its folder, --platform <name> --look looks at the platform itself.`,
      exitCodes.usage,
    );
  }
  const known = knownRuns(runsDir, vouched);
  const recovered = await recoverLeased(runs, { known, pid: edge.pid, clock: systemClock });
  return { outcomes: [...unreadableRuns(runsDir, known), ...recovered] };
}

/** Holds the leases on their platforms meanwhile. `signal` gives up early. */
async function recoverLeased(
  runs: readonly RunThere[],
  request: AccessRequest,
  signals: readonly AbortSignal[] = [],
): Promise<readonly Recovered[]> {
  const access = await leaseRuns(runs, request);
  try {
    const signal = AbortSignal.any([access.signal, ...signals]);
    return await recoverRuns(runs, request.known, { to: access.to, signal });
  } finally {
    await access.release();
  }
}

/**
 * By what name its runs know the platform. Where none knows it by what was written, its file is read: that may be a path,
 * and of a platform that there is not nobody can say that nothing is left.
 */
async function nameOfPlatform(
  { platform, labName, on }: RecoverOptions,
  runsDir: string,
  edge: Edge,
): Promise<string | undefined> {
  if (platform === undefined || runsIn(runsDir, platform).length > 0) return platform;
  return (await loadPlatform(platform, edge, readSite(labName), on)).platform.name;
}

/** Holds the lease on the platform meanwhile; while a run has it nothing is touched, what is in the folder neither. */
async function recoverWithLook(
  loaded: LoadedPlatform,
  vouched: string | undefined,
  { cwd, pid }: Edge,
): Promise<Done> {
  const { platform } = loaded;
  const startedAt = new Date(systemClock.wall());
  const runsDir = runsDirectory(cwd);
  const runs = knownRuns(runsDir, vouched);
  const lease = await leasePlatform({
    platform,
    run: recoveryName(startedAt),
    pid,
    startedAt,
    clock: systemClock,
    say: () => {},
    isDead: (run) => runs.isDead(labelValue(run)),
  });
  if (!lease.taken) {
    const refused = [`nothing was touched: ${lease.reason}`];
    return { outcomes: [], looked: { platform: platform.name, healed: [], left: [], refused, serves: [] } };
  }
  try {
    const { signal } = lease;
    const request = { known: runs, pid, clock: systemClock, leased: platform };
    const recovered = await recoverLeased(runsIn(runsDir, platform.name), request, [signal]);
    const outcomes = [...unreadableRuns(runsDir, runs), ...recovered];
    return { outcomes, looked: await lookAtPlatform(loaded, { clock: systemClock, runs, signal }) };
  } finally {
    await lease.release();
  }
}

async function platformToLookAt(options: RecoverOptions, edge: Edge): Promise<LoadedPlatform> {
  const loaded = await loadPlatform(options.platform ?? '', edge, readSite(options.labName), options.on);
  if (!loaded.needsLab) return loaded;
  throw new CommandError(
    `${loaded.platform.name} runs on the lab "${options.labName}", which is not up: there is nothing to look at. Other labs: --lab-name.`,
    exitCodes.usage,
  );
}
