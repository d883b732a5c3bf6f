import { isDeepStrictEqual } from 'node:util';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { isFollowed, outcomesOf, recoveryAdvice } from '@ordeal/dr/drills/advice';
import { settledStatus } from '@ordeal/dr/drills/settled';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { healers } from '../compose/healers.ts';
import { routeDrivers } from '../compose/routes.ts';
import { storeDrivers, type ConfiguredStore } from '../compose/stores.ts';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile, type RunFile } from '../run/run-file.ts';
import { isSameStore } from '../run/same-store.ts';
import { resolvePromotion } from '../run/standing-promotion.ts';
import { OURS, type Access, type AccessToRuns } from './access.ts';
import type { KnownRuns } from './known-runs.ts';
import type { Recovered } from './render.ts';
import type { RunThere } from './run-there.ts';

const LOOK_WITHIN_MS = 10_000;
const FAULTS_WITHIN_MS = 60_000;
/** For a standby to be seen once more as one that stays one. */
const SETTLED_WITHIN_MS = 60_000;

/** The folders of all runs, or of those of one platform; oldest first. */
export function runsIn(runsDir: string, platform: string | undefined): readonly RunThere[] {
  return listRuns(runsDir).flatMap((dir) => {
    const file = readRunFile(dir);
    return file === undefined || (platform ?? file.platform) !== file.platform ? [] : [{ dir, file }];
  });
}

/** What a recovery goes by. */
interface Going {
  readonly runs: readonly RunThere[];
  readonly known: KnownRuns;
  readonly accessTo: (run: RunThere) => Access;
  /** Gives up early. */
  readonly signal: AbortSignal | undefined;
}

/** Heals what runs have left by their undo entries, and says what a person has to do. */
export async function recoverRuns(
  runs: readonly RunThere[],
  known: KnownRuns,
  access?: Pick<AccessToRuns, 'to' | 'signal'>,
): Promise<readonly Recovered[]> {
  const accessTo = (run: RunThere): Access => access?.to(run) ?? OURS;
  const going: Going = { runs, known, accessTo, signal: access?.signal };
  // Whoever is asked what has become of a drill may take long to answer, and what is broken hurts meanwhile.
  const atOnce = new Map<string, UnwindOutcome>();
  for (const run of runs) {
    if (whyUntouched(run, going) === undefined) {
      atOnce.set(
        run.dir,
        await heal(run, FAULTS_WITHIN_MS, ({ driver }) => driver !== WRITTEN_DRIVER, going),
      );
    }
  }
  const fates = await takeEndedMarks(going);
  const outcomes: Recovered[] = [];
  for (const [index, run] of runs.entries()) {
    const beside = { fates, later: runs.slice(index + 1), atOnce: atOnce.get(run.dir) };
    const outcome = await recoverRun(run, beside, going);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return outcomes;
}

/** What has become of a drill that was cut off. */
type Fate =
  /** Nothing is left to be done; in a sentence. */
  | { readonly how: 'ended' | 'not moved'; readonly seen: string }
  | { readonly how: 'open'; readonly why?: string };

/**
 * Takes the marks away of drills that a person has brought to their end, with those of earlier drills that they went on
 * from. Returns what was seen, by the run's folder and the store.
 */
async function takeEndedMarks(going: Going): Promise<ReadonlyMap<string, Fate>> {
  const fates = new Map<string, Fate>();
  const newest: (Marked & { readonly fate: Fate })[] = [];
  for (const { mark, file, dir } of going.runs.toReversed().flatMap(marksOf)) {
    const last = newest.find((one) => isOfSameStore(one, { mark, file }));
    const fate = last?.fate ?? (await fateOf(mark, { dir, file }, going));
    // What did not move anything has resolved nothing of what was there before.
    if (last === undefined && fate.how !== 'not moved') newest.push({ mark, file, fate });
    if (whyUntouched({ dir, file }, going) !== undefined) continue;
    if (fate.how !== 'open') resolvePromotion(openFileUndoLedger(dir, systemClock), mark.store);
    if (fate.how !== 'open' || last === undefined) fates.set(keyOf(dir, mark), fate);
  }
  return fates;
}

function marksOf({ dir, file }: RunThere): readonly (Marked & { readonly dir: string })[] {
  return openFileUndoLedger(dir, systemClock)
    .promotions()
    .map((mark) => ({ dir, file, mark }));
}

function keyOf(dir: string, { store }: PromotionMark): string {
  return JSON.stringify([dir, store]);
}

async function fateOf(mark: PromotionMark, run: RunThere, going: Going): Promise<Fate> {
  const { drill, heir, store: name } = mark;
  const { file } = run;
  const { signal } = going;
  if (whyUntouched(run, going) !== undefined) return { how: 'open' };
  const access = going.accessTo(run);
  if (access.how === 'unknown') {
    return { how: 'open', why: `Whether another run is at work there cannot be told: ${access.reason}.` };
  }
  const store = await storeOf(mark, file);
  if (store === undefined) return { how: 'open' };
  let status = await statusOf(store);
  const said: string[] = [];
  if (heir !== undefined && followerIn(mark.writer, heir, status) !== undefined) {
    try {
      // It may have been a look into the middle of what nobody waits for any more.
      const within = driverContext(LOOK_WITHIN_MS + SETTLED_WITHIN_MS, { signal });
      status = await settledStatus(store, [mark.writer, heir], within);
    } catch (error) {
      return { how: 'open', why: `What has become of the drill ${drill} is not known: ${reasonOf(error)}.` };
    }
  }
  const follower = heir === undefined ? undefined : followerIn(mark.writer, heir, status);
  if (follower !== undefined) {
    // Nobody has lived to see to it that they come up after their next restart as what they are now, wherever traffic goes.
    const { node, primary } = follower;
    try {
      await store.rejoin(node, primary, driverContext(SETTLED_WITHIN_MS, { said, signal }));
    } catch (error) {
      return { how: 'open', why: `Node ${node} could not be confirmed as a standby: ${reasonOf(error)}.` };
    }
  }
  const outcome = outcomesOf(mark).find(({ writer }) => isFollowed(writer, status));
  if (outcome === undefined || !(await leadsAsUsual(outcome.route, file))) {
    return { how: 'open', ...(said.length === 0 ? {} : { why: `${said.join('; ')}.` }) };
  }
  const { writer, moved } = outcome;
  const what = moved ? 'has come to its end' : 'has moved nothing';
  const seen = [
    `the drill ${drill} ${what}: node ${writer} is the only writer of store ${name}, the others follow it, and traffic is led as usual`,
    ...said,
  ];
  return { how: moved ? 'ended' : 'not moved', seen: seen.join('; ') };
}

/** Of two nodes of which one handed over to the other: which of them follows the other now; undefined when none does. */
function followerIn(
  writer: string,
  heir: string,
  status: StoreStatus,
): { readonly node: string; readonly primary: string } | undefined {
  if (isFollowed(heir, status)) return { node: writer, primary: heir };
  return isFollowed(writer, status) ? { node: heir, primary: writer } : undefined;
}

/** Whether it leads to exactly the regions to which it leads when nothing is wrong. */
async function leadsAsUsual(name: string, file: RunFile): Promise<boolean> {
  const entry = file.routes?.[name];
  const configure = entry === undefined ? undefined : await routeDrivers[entry.driver]?.();
  const route = configure?.(entry?.config, `routes.${name}.config`);
  if (entry === undefined || route?.ok !== true) return false;
  try {
    const { regions } = await route.value.status(driverContext(LOOK_WITHIN_MS));
    const led = Object.keys(regions).filter((region) => regions[region] === 'active');
    return isDeepStrictEqual(new Set(led), new Set(entry.usual));
  } catch {
    // Who does not answer leads nowhere.
    return false;
  }
}

interface Beside {
  /** What was seen of drills that were cut off, by the run's folder and the store. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly later: readonly RunThere[];
  /** What came of what could be healed before anybody was asked; undefined where nothing may be touched. */
  readonly atOnce: UnwindOutcome | undefined;
}

/** Heals what a run has left open. What a mark keeps from being healed is kept, also one that a later run has left. */
async function heal(
  run: RunThere,
  deadlineMs: number,
  select: (entry: UndoEntry) => boolean,
  going: Going,
): Promise<UnwindOutcome> {
  const { signal } = going;
  const ledger = openFileUndoLedger(run.dir, systemClock);
  const promotions = () => [...ledger.promotions(), ...marksBeside(run, going)];
  return await unwind({ ...ledger, promotions, promotion: () => promotions()[0] }, healers, {
    clock: systemClock,
    deadlineMs,
    patient: true,
    by: 'recover',
    ...(signal === undefined ? {} : { signal }),
    say: () => {},
    select,
  });
}

/** What stands of the stores of a run beside its own marks. Where nobody can tell, something may. */
function marksBeside(run: RunThere, { runs, accessTo }: Going): readonly PromotionMark[] {
  const access = accessTo(run);
  const { stores } = run.file;
  return [
    ...runs
      .filter(({ dir }) => dir !== run.dir)
      .flatMap(marksOf)
      .filter(({ mark: { store }, file }) => isSameStore({ store, stores }, { store, stores: file.stores }))
      .map(({ mark }) => mark),
    ...(access.how === 'unknown' ? [unseenMark(access.reason)] : []),
  ];
}

function unseenMark(reason: string): PromotionMark {
  const unknown = 'unknown';
  return {
    drill: unknown,
    store: unknown,
    requestedAt: unknown,
    writer: unknown,
    fenced: [],
    nextStep: reason,
  };
}

async function recoverRun(
  run: RunThere,
  { fates, later, atOnce }: Beside,
  going: Going,
): Promise<Recovered | undefined> {
  const { dir, file } = run;
  const undo = openFileUndoLedger(dir, systemClock);
  const marks = undo.promotions();
  const seen = [...fates].flatMap(([key, fate]) =>
    fate.how !== 'open' && (JSON.parse(key) as readonly string[])[0] === dir ? [fate.seen] : [],
  );
  const none: UnwindOutcome = { healed: [], kept: [], left: [] };
  const { healed: first, kept: waiting, left } = atOnce ?? none;
  if (first.length === 0 && undo.open().length === 0 && marks.length === 0 && seen.length === 0) {
    return undefined;
  }
  const why = whyUntouched(run, going);
  if (why !== undefined) return { run: file.run, healed: [], left: [], refused: [why], advice: [] };
  // What a mark has kept may be healed now that the mark is gone.
  const ids = new Set(waiting.map(({ id }) => id));
  const faults = await heal(run, FAULTS_WITHIN_MS, ({ id }) => ids.has(id), going);
  // Rows hurt nobody, and the platform that has to delete them may be away: nobody waits long for their sake.
  const written = await heal(run, 10_000, ({ driver }) => driver === WRITTEN_DRIVER, going);
  const kept = [...faults.kept, ...written.kept];
  const access = going.accessTo(run);
  const unsure =
    access.how === 'unknown' ? `, and whether a drill is under way cannot be told: ${access.reason}` : '';
  return {
    run: file.run,
    healed: [...seen, ...[...first, ...faults.healed, ...written.healed].map((entry) => entry.describe)],
    left: [
      ...[...left, ...faults.left, ...written.left].map((one) => `${one.what}: ${one.how}`),
      ...kept.map(
        (entry) => `${entry.describe}: kept, because it could make the old primary writable${unsure}`,
      ),
    ],
    refused: [],
    advice: (
      await Promise.all(marks.map((mark) => adviceOn({ mark, file }, fates.get(keyOf(dir, mark)), later)))
    ).flat(),
  };
}

async function adviceOn(
  { mark, file }: Marked,
  fate: Fate | undefined,
  later: readonly RunThere[],
): Promise<readonly string[]> {
  const why = fate?.how === 'open' ? fate.why : undefined;
  return [...(await whatIsNext(mark, file, later)), ...(why === undefined ? [] : [why])];
}

/** A drill that came later has moved the primary on: the writer of an earlier mark may not write any more. */
async function whatIsNext(
  mark: PromotionMark,
  file: RunFile,
  later: readonly RunThere[],
): Promise<readonly string[]> {
  const next = later.findLast((run) => marksOf(run).some((one) => isOfSameStore(one, { mark, file })));
  if (next === undefined) {
    // What the mark says holds whether or not the store answers.
    const status = await statusOf(await storeOf(mark, file));
    return [...recoveryAdvice(mark, status), ...commandBack(mark, file, status)];
  }
  return [
    `The drill ${mark.drill} is not resolved, and run ${next.file.run} has gone on from it: do as that one says.`,
  ];
}

interface Marked {
  readonly mark: PromotionMark;
  readonly file: RunFile;
}

function isOfSameStore(one: Marked, other: Marked): boolean {
  return isSameStore(
    { store: one.mark.store, stores: one.file.stores },
    { store: other.mark.store, stores: other.file.stores },
  );
}

function whyUntouched(there: RunThere, { known, accessTo }: Going): string | undefined {
  const { run, place } = there.file;
  if (known.isUnderWay(labelValue(run))) return 'this run is still under way: nothing was touched';
  if (known.isDead(labelValue(run))) {
    const [living] = known.atWorkOn(there.file);
    if (living !== undefined) {
      return `run ${living} is under way on this platform: nothing was touched. Wait for it, or end it (Ctrl-C heals first), and recover then`;
    }
    const access = accessTo(there);
    return access.how === 'held' ? `nothing was touched: ${access.reason}` : undefined;
  }
  const where = place === undefined ? '' : ` on ${place.host}`;
  return (
    `this run was started${where}, on another machine or in another container, and whether it is still under way ` +
    `cannot be seen from here: nothing was touched. Look there; if it is dead, add --run ${run}`
  );
}

function commandBack(
  { drill, fenced, writer, unmoved }: PromotionMark,
  file: RunFile,
  { nodes }: StoreStatus,
): readonly string[] {
  const isWhereItWas = nodes.some(
    (node) => node.name === writer && node.reachable && node.role === 'primary',
  );
  if (unmoved !== undefined && isWhereItWas) return [];
  const rejoins = fenced.length > 0 ? file.rejoin?.[drill] : undefined;
  const phase = rejoins ?? file.wayBack?.[drill];
  if (phase === undefined) return [];
  const scenario = file.scenario === undefined ? '' : ` --scenario ${file.scenario}`;
  return [
    `Command for the way back: npx ordeal drill --only ${phase} --platform ${file.platform}${scenario}`,
  ];
}

async function storeOf(
  { store: name }: PromotionMark,
  file: RunFile,
): Promise<ConfiguredStore['driver'] | undefined> {
  const entry = file.stores[name];
  const configure = entry === undefined ? undefined : await storeDrivers[entry.driver]?.();
  const store = configure?.(entry?.config, `stores.${name}.config`);
  return store?.ok === true ? store.value.driver : undefined;
}

/** No nodes where the store does not answer. */
async function statusOf(store: StoreDriver | undefined): Promise<StoreStatus> {
  const unseen = { nodes: [], settings: {} };
  try {
    return (await store?.status(driverContext(LOOK_WITHIN_MS))) ?? unseen;
  } catch {
    return unseen;
  }
}

function driverContext(
  withinMs: number,
  { said, signal }: { readonly said?: string[]; readonly signal?: AbortSignal | undefined } = {},
): DriverContext {
  const own = AbortSignal.timeout(withinMs);
  return {
    clock: systemClock,
    signal: signal === undefined ? own : AbortSignal.any([own, signal]),
    say: (message) => void said?.push(message),
  };
}
