import { recoveryAdvice } from '@ordeal/dr/drills/advice';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import { isAlive } from '@ordeal/shared/process/identity';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { readSite } from '@ordeal/lab/read-site';
import { CommandError, exitCodes } from '../command-error.ts';
import { healers } from '../compose/healers.ts';
import { storeDrivers } from '../compose/stores.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform, type LoadedPlatform } from '../load/load-platform.ts';
import { knownRuns } from '../recover/known-runs.ts';
import { lookAtPlatform } from '../recover/look.ts';
import { renderRecovered, type Recovered } from '../recover/render.ts';
import { listRuns, runsDirectory } from '../run/run-directory.ts';
import { readRunFile, type RunFile } from '../run/run-file.ts';

export interface RecoverOptions {
  readonly json?: boolean;
  readonly platform?: string;
  readonly labName: string;
  /** Also look at what there is at the platform itself. */
  readonly look?: boolean;
  /** A run that is dead, as a person says. */
  readonly run?: string;
}

/**
 * `ordeal recover`: heals what dead runs have left; names the single writer where a drill was cut off. With `--look` it
 * also heals what no folder here knows of.
 */
export async function recoverCommand(options: RecoverOptions, edge: Edge): Promise<number> {
  if (options.look === true && options.platform === undefined) {
    throw new CommandError(
      '--look needs --platform: it says whose targets and clusters to look at.',
      exitCodes.usage,
    );
  }
  if (options.run !== undefined && options.look !== true) {
    throw new CommandError(
      '--run goes with --look: it says whose things there are nobody’s any more.',
      exitCodes.usage,
    );
  }
  // Before anything is healed: a mistake in its file is told at once.
  const loaded = options.look === true ? await platformToLookAt(options, edge) : undefined;
  const outcomes: Recovered[] = [];
  for (const dir of listRuns(runsDirectory(edge.cwd))) {
    const file = readRunFile(dir);
    if (file === undefined || (loaded?.platform.name ?? options.platform ?? file.platform) !== file.platform)
      continue;
    const outcome = await recoverRun(dir, file);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  const looked =
    loaded === undefined
      ? undefined
      : await lookAtPlatform(loaded, {
          pid: edge.pid,
          clock: systemClock,
          runs: knownRuns(runsDirectory(edge.cwd), options.run),
        });
  const all = looked === undefined ? outcomes : [...outcomes, looked];
  if (options.json === true) edge.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  else edge.stdout.write(renderRecovered(outcomes, looked));
  const isLeft = all.some(({ left }) => left.length > 0) || outcomes.some(({ advice }) => advice.length > 0);
  if (isLeft) return exitCodes.residue;
  return (looked?.refused.length ?? 0) > 0 ? exitCodes.refused : exitCodes.pass;
}

async function platformToLookAt(options: RecoverOptions, edge: Edge): Promise<LoadedPlatform> {
  const loaded = await loadPlatform(options.platform ?? '', edge, readSite(options.labName));
  if (!loaded.needsLab) return loaded;
  throw new CommandError(
    `${loaded.platform.name} runs on the lab "${options.labName}", which is not up: there is nothing to look at. Other labs: --lab-name.`,
    exitCodes.usage,
  );
}

async function recoverRun(dir: string, file: RunFile): Promise<Recovered | undefined> {
  const undo = openFileUndoLedger(dir, systemClock);
  const mark = undo.promotion();
  if (undo.open().length === 0 && mark === undefined) return undefined;
  if (isAlive(file.runner)) {
    return {
      run: file.run,
      healed: [],
      left: ['this run is still under way: nothing was touched'],
      advice: [],
    };
  }
  const healed: string[] = [];
  const heal = (deadlineMs: number, select: (entry: UndoEntry) => boolean): Promise<UnwindOutcome> =>
    unwind(undo, healers, {
      clock: systemClock,
      deadlineMs,
      by: 'recover',
      say: () => {},
      select,
      onHealed: (entry) => healed.push(entry.describe),
    });
  const faults = await heal(60_000, ({ driver }) => driver !== WRITTEN_DRIVER);
  // Rows hurt nobody, and the platform that has to delete them may be away: nobody waits long for their sake.
  const written = await heal(10_000, ({ driver }) => driver === WRITTEN_DRIVER);
  const kept = [...faults.kept, ...written.kept];
  return {
    run: file.run,
    healed,
    left: [
      ...[...faults.left, ...written.left].map((one) => `${one.what}: ${one.how}`),
      ...kept.map((entry) => `${entry.describe}: kept, because it could make the old primary writable`),
    ],
    advice: mark === undefined ? [] : [...(await adviceFor(mark, file)), ...commandBack(mark, file)],
  };
}

function commandBack({ drill }: PromotionMark, file: RunFile): readonly string[] {
  const phase = file.wayBack?.[drill];
  if (phase === undefined) return [];
  const scenario = file.scenario === undefined ? '' : ` --scenario ${file.scenario}`;
  return [
    `Command for the way back: npx ordeal drill --only ${phase} --platform ${file.platform}${scenario}`,
  ];
}

async function adviceFor(mark: PromotionMark, file: RunFile): Promise<readonly string[]> {
  const entry = file.stores[mark.store];
  const configure = entry === undefined ? undefined : await storeDrivers[entry.driver]?.();
  const store = configure?.(entry?.config, `stores.${mark.store}.config`);
  const unseen = { nodes: [], settings: {} };
  if (store?.ok !== true) return recoveryAdvice(mark, unseen);
  try {
    const context = { clock: systemClock, signal: AbortSignal.timeout(10_000), say: () => {} };
    return recoveryAdvice(mark, await store.value.driver.status(context));
  } catch {
    // What the mark says holds whether or not the store answers.
    return recoveryAdvice(mark, unseen);
  }
}
