import { isDeepStrictEqual } from 'node:util';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { finalWriter, isFollowed, recoveryAdvice } from '@ordeal/dr/drills/advice';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreStatus } from '@ordeal/shared/drivers/store';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { healers } from '../compose/healers.ts';
import { routeDrivers } from '../compose/routes.ts';
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
  const ended = await takeEndedMarks(runs, known);
  const outcomes: Recovered[] = [];
  for (const [index, run] of runs.entries()) {
    const outcome = await recoverRun(run, known, { ended, later: runs.slice(index + 1) }, signal);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return outcomes;
}

/**
 * Takes the marks away of drills that a person has brought to their end, with those of earlier drills that they went on
 * from. Returns what was seen, by the run's folder.
 */
async function takeEndedMarks(
  runs: readonly RunThere[],
  known: KnownRuns,
): Promise<ReadonlyMap<string, string>> {
  const taken = new Map<string, string>();
  const newest: (Marked & { readonly seen: string | undefined })[] = [];
  for (const { dir, file } of runs.toReversed()) {
    const undo = openFileUndoLedger(dir, systemClock);
    const mark = undo.promotion();
    if (mark === undefined) continue;
    const last = newest.find((one) => isSameStore(one, { mark, file }));
    const seen = last === undefined ? await endSeen(mark, file, known) : last.seen;
    if (last === undefined) newest.push({ mark, file, seen });
    if (seen === undefined || whyUntouched(file, known) !== undefined) continue;
    undo.clearPromotion();
    for (const entry of undo.open()) if (entry.revives === 'old-primary') undo.settle(entry.id, 'recover');
    taken.set(dir, seen);
  }
  return taken;
}

async function endSeen(mark: PromotionMark, file: RunFile, known: KnownRuns): Promise<string | undefined> {
  const { final, drill, store } = mark;
  if (final === undefined || whyUntouched(file, known) !== undefined) return undefined;
  if (!isFollowed(mark, await statusOf(mark, file)) || !(await leadsAsUsual(final.route, file)))
    return undefined;
  return `the drill ${drill} has come to its end: node ${finalWriter(mark)} is the only writer of store ${store}, the others follow it, and traffic is led as usual`;
}

async function leadsAsUsual(name: string, file: RunFile): Promise<boolean> {
  const entry = file.routes?.[name];
  const configure = entry === undefined ? undefined : await routeDrivers[entry.driver]?.();
  const route = configure?.(entry?.config, `routes.${name}.config`);
  if (entry === undefined || route?.ok !== true) return false;
  try {
    const { regions } = await route.value.status(lookContext());
    return entry.usual.every((region) => regions[region] === 'active');
  } catch {
    // Who does not answer leads nowhere.
    return false;
  }
}

interface Beside {
  /** What was seen of drills that have come to their end, by the run's folder. */
  readonly ended: ReadonlyMap<string, string>;
  readonly later: readonly RunThere[];
}

async function recoverRun(
  { dir, file }: RunThere,
  known: KnownRuns,
  { ended, later }: Beside,
  signal: AbortSignal | undefined,
): Promise<Recovered | undefined> {
  const undo = openFileUndoLedger(dir, systemClock);
  const mark = undo.promotion();
  const seen = ended.get(dir);
  if (undo.open().length === 0 && mark === undefined && seen === undefined) return undefined;
  const why = whyUntouched(file, known);
  if (why !== undefined) return { run: file.run, healed: [], left: [], refused: [why], advice: [] };
  const healed: string[] = seen === undefined ? [] : [seen];
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
  const next = later.findLast((run) => {
    const its = openFileUndoLedger(run.dir, systemClock).promotion();
    return its !== undefined && isSameStore({ mark: its, file: run.file }, { mark, file });
  });
  if (next === undefined) return [...(await adviceFor(mark, file)), ...commandBack(mark, file)];
  return [
    `The drill ${mark.drill} is not resolved, and run ${next.file.run} has gone on from it: do as that one says.`,
  ];
}

interface Marked {
  readonly mark: PromotionMark;
  readonly file: RunFile;
}

/** Whether two runs mean the very same store: platforms of one name may be two labs. */
function isSameStore(one: Marked, other: Marked): boolean {
  const { store } = one.mark;
  return store === other.mark.store && isDeepStrictEqual(one.file.stores[store], other.file.stores[store]);
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
  // What the mark says holds whether or not the store answers.
  return recoveryAdvice(mark, await statusOf(mark, file));
}

/** No nodes where the store does not answer. */
async function statusOf({ store: name }: PromotionMark, file: RunFile): Promise<StoreStatus> {
  const entry = file.stores[name];
  const configure = entry === undefined ? undefined : await storeDrivers[entry.driver]?.();
  const store = configure?.(entry?.config, `stores.${name}.config`);
  const unseen = { nodes: [], settings: {} };
  if (store?.ok !== true) return unseen;
  try {
    return await store.value.driver.status(lookContext());
  } catch {
    return unseen;
  }
}

function lookContext(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(10_000), say: () => {} };
}
