import { recoveryAdvice } from '@ordeal/dr/drills/advice';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import { isAlive } from '@ordeal/shared/process/identity';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind, type UnwindOutcome } from '@ordeal/shared/undo/unwind';
import { exitCodes } from '../command-error.ts';
import { healers } from '../compose/healers.ts';
import { storeDrivers } from '../compose/stores.ts';
import type { Edge } from '../edge.ts';
import { listRuns, runsDirectory } from '../run/run-directory.ts';
import { readRunFile, type RunFile } from '../run/run-file.ts';

interface Recovered {
  readonly run: string;
  readonly healed: readonly string[];
  readonly left: readonly string[];
  readonly advice: readonly string[];
}

/** `ordeal recover`: heals what dead runs have left; names the single writer where a drill was cut off. */
export async function recoverCommand(
  options: { readonly json?: boolean; readonly platform?: string },
  edge: Edge,
): Promise<number> {
  const outcomes: Recovered[] = [];
  for (const dir of listRuns(runsDirectory(edge.cwd))) {
    const file = readRunFile(dir);
    if (file === undefined || (options.platform !== undefined && file.platform !== options.platform))
      continue;
    const outcome = await recoverRun(dir, file);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  if (options.json === true) edge.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  else edge.stdout.write(render(outcomes));
  return outcomes.some((one) => one.left.length > 0 || one.advice.length > 0)
    ? exitCodes.residue
    : exitCodes.pass;
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

function render(outcomes: readonly Recovered[]): string {
  if (outcomes.length === 0) return 'Nothing is left of any run.\n';
  return outcomes
    .map((one) =>
      [
        `Run ${one.run}`,
        ...one.healed.map((text) => `  healed      ${text}`),
        ...one.left.map((text) => `  left        ${text}`),
        ...one.advice.map((text) => `  ${text}`),
        '',
      ].join('\n'),
    )
    .join('\n');
}
