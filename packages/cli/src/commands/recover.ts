import { recoveryAdvice } from '@ordeal/dr/drills/advice';
import { isAlive } from '@ordeal/shared/process/identity';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { unwind } from '@ordeal/shared/undo/unwind';
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
  const outcome = await unwind(undo, healers, {
    clock: systemClock,
    deadlineMs: 60_000,
    by: 'recover',
    say: () => {},
    onHealed: (entry) => healed.push(entry.describe),
  });
  return {
    run: file.run,
    healed,
    left: [
      ...outcome.left.map((one) => `${one.what}: ${one.how}`),
      ...outcome.kept.map(
        (entry) => `${entry.describe}: kept, because it could make the old primary writable`,
      ),
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
