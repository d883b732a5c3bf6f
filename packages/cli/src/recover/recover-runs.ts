import { isDeepStrictEqual } from 'node:util';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { recoveryAdvice } from '@ordeal/dr/drills/advice';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { healers } from '../compose/healers.ts';
import { storeDrivers } from '../compose/stores.ts';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile, type RunFile } from '../run/run-file.ts';
import type { KnownRuns } from './known-runs.ts';
import type { Recovered } from './render.ts';

/** A run's folder. */
export interface RunThere {
  readonly dir: string;
  readonly file: RunFile;
}

/** The folders of all runs, or of those of one platform; oldest first. */
export function runsIn(runsDir: string, platform: string | undefined): readonly RunThere[] {
  return listRuns(runsDir).flatMap((dir) => {
    const file = readRunFile(dir);
    return file === undefined || (platform ?? file.platform) !== file.platform ? [] : [{ dir, file }];
  });
}

/** Heals what runs have left by their undo entries, and says what a person has to do. `signal` gives up early. */
export async function recoverRuns(
  runs: readonly RunThere[],
  known: KnownRuns,
  signal?: AbortSignal,
): Promise<readonly Recovered[]> {
  const outcomes: Recovered[] = [];
  for (const [index, run] of runs.entries()) {
    const outcome = await recoverRun(run, known, runs.slice(index + 1), signal);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return outcomes;
}

async function recoverRun(
  { dir, file }: RunThere,
  known: KnownRuns,
  later: readonly RunThere[],
  signal: AbortSignal | undefined,
): Promise<Recovered | undefined> {
  const undo = openFileUndoLedger(dir, systemClock);
  const mark = undo.promotion();
  if (undo.open().length === 0 && mark === undefined) return undefined;
  const why = whyUntouched(file, known);
  if (why !== undefined) return { run: file.run, healed: [], left: [], refused: [why], advice: [] };
  const healed: string[] = [];
  const heal = (deadlineMs: number, select: (entry: UndoEntry) => boolean): Promise<UnwindOutcome> =>
    unwind(undo, healers, {
      clock: systemClock,
      deadlineMs,
      patient: true,
      by: 'recover',
      ...(signal === undefined ? {} : { signal }),
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
    refused: [],
    advice: mark === undefined ? [] : await whatIsNext(mark, file, later),
  };
}

/** A drill that came later has moved the primary on: the writer of an earlier mark may not write any more. */
async function whatIsNext(
  mark: PromotionMark,
  file: RunFile,
  later: readonly RunThere[],
): Promise<readonly string[]> {
  const next = later.findLast(
    (run) =>
      openFileUndoLedger(run.dir, systemClock).promotion()?.store === mark.store &&
      isDeepStrictEqual(run.file.stores[mark.store], file.stores[mark.store]),
  );
  if (next === undefined) return [...(await adviceFor(mark, file)), ...commandBack(mark, file)];
  return [
    `The drill ${mark.drill} is not resolved, and run ${next.file.run} has gone on from it: do as that one says.`,
  ];
}

function whyUntouched({ run, place }: RunFile, { isUnderWay, isDead }: KnownRuns): string | undefined {
  if (isUnderWay(labelValue(run))) return 'this run is still under way: nothing was touched';
  if (isDead(labelValue(run))) return undefined;
  const where = place === undefined ? '' : ` on ${place.host}`;
  return (
    `this run was started${where}, on another machine or in another container, and whether it is still under way ` +
    `cannot be seen from here: nothing was touched. Look there; if it is dead, add --run ${run}`
  );
}

function commandBack({ drill, fenced }: PromotionMark, file: RunFile): readonly string[] {
  const rejoins = fenced.length > 0 ? file.rejoin?.[drill] : undefined;
  const phase = rejoins ?? file.wayBack?.[drill];
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
