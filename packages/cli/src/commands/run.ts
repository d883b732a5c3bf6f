import { randomInt } from 'node:crypto';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { ScenarioRunKind } from '@ordeal/shared/record/record';
import { breaks } from '@ordeal/shared/scenario/guardrails/production';
import { checkForStop } from '@ordeal/shared/stop/look';
import { notRunInWords } from '@ordeal/shared/scenario/not-run';
import type { Plan } from '@ordeal/shared/scenario/plan';
import { readSite } from '@ordeal/lab/read-site';
import { CommandError, exitCodes } from '../command-error.ts';
import { createProgress } from '../progress/create-progress.ts';
import { renderVerdict } from '../progress/render-verdict.ts';
import type { Edge } from '../edge.ts';
import type { RunOptions } from '../program.ts';
import { confirmProduction } from '../run/guardrails/confirm-production.ts';
import { watchSignals, type Interruption } from '../run/interruption.ts';
import { run } from '../run/run.ts';
import { allPlaces, stopPlaces } from '../stop/sources.ts';
import { prepare, type Prepared } from './prepare.ts';
import { requirePrograms } from './programs.ts';

/** `ordeal smoke|load|chaos|drill|gameday`: runs what the command's kind picks from a scenario. */
export async function runCommand(kind: ScenarioRunKind, options: RunOptions, edge: Edge): Promise<number> {
  if (options.sabotage !== undefined && options.lab !== true) {
    throw new CommandError(
      '--sabotage goes with --lab: a lab that is already up keeps what it was started with (ordeal lab up --sabotage …).',
      exitCodes.usage,
    );
  }
  // From here on no signal falls into a gap: bringing the lab up, the run and taking it down share one watch.
  const interruption = watchSignals(edge);
  try {
    return await prepareAndRun(kind, options, interruption, edge);
  } finally {
    interruption.stop();
  }
}

async function prepareAndRun(
  kind: ScenarioRunKind,
  options: RunOptions,
  interruption: Interruption,
  edge: Edge,
): Promise<number> {
  const seed = options.seed ?? randomInt(2 ** 31);
  // Mistakes in the files are found before anything is started.
  const before = await prepare(kind, options, seed, edge, readSite(options.labName));
  refuse(before.plan);
  await refuseWhileStopped(before);
  await confirmProduction(before.loaded.platform, before.plan, edge, interruption.signal);
  if (options.lab === true) {
    const { labContract } = before.loaded;
    if (labContract === undefined) {
      throw new CommandError(
        `Platform ${before.loaded.platform.name} does not run on the lab: run it without --lab.`,
        exitCodes.usage,
      );
    }
    // Most platforms do not run on the lab, and need nothing of it.
    const { withLab } = await import('./with-lab.ts');
    return withLab({ ...options, platform: labContract }, edge, interruption.signal, async () => {
      // Once more: only a platform that is up tells what its faults would hit, and what it can be judged by.
      const { plan, ...rest } = await prepare(kind, options, seed, edge, readSite(options.labName));
      refuse(plan);
      return runPrepared(kind, options, { ...rest, plan, seed }, interruption, edge);
    });
  }
  if (before.loaded.needsLab) {
    throw new CommandError(
      `Platform ${before.loaded.platform.name} runs on the lab, and no lab "${options.labName}" is up: ` +
        `add --lab, or bring it up with \`ordeal lab up --platform ${before.loaded.labContract}\`.`,
      exitCodes.usage,
    );
  }
  return runPrepared(kind, options, { ...before, seed }, interruption, edge);
}

async function runPrepared(
  kind: ScenarioRunKind,
  options: RunOptions,
  { loaded, scenario, plan, seed }: Prepared & { readonly seed: number },
  interruption: Interruption,
  edge: Edge,
): Promise<number> {
  const programs = requirePrograms(
    edge,
    scenario.phases.some((phase) => phase.phase === 'load') ? ['k6'] : [],
  );
  // With --json standard output belongs to the record alone.
  const screen = options.json === true ? edge.stderr : edge.stdout;
  const colour = screen.isTTY && edge.env['NO_COLOR'] === undefined;
  for (const warning of [...plan.notRun.map(notRunInWords), ...plan.warnings])
    screen.write(`warning: ${warning}\n`);
  const progress = createProgress({
    stream: screen,
    isTty: screen.isTTY === true,
    asks: options.asking !== undefined,
    colour,
    columns: screen.columns ?? 80,
    clock: systemClock,
  });
  progress.setPlan([{ name: 'preflight', title: 'Preflight', expectedSeconds: 2 }, ...plan.phases]);
  try {
    const finished = await run(
      {
        kind,
        loaded,
        scenario,
        pace: options.pace,
        seed,
        plan,
        programs: { k6: programs['k6'] ?? '', node: edge.node },
        listener: progress.listener,
        interruption,
        ...(options.asking === undefined ? {} : { asking: options.asking }),
      },
      edge,
    );
    progress.stop();
    screen.write(
      `${renderVerdict(finished.record, { colour, reportPath: finished.report, columns: screen.columns ?? 100 })}\n`,
    );
    if (options.json === true) edge.stdout.write(`${JSON.stringify(finished.record, null, 2)}\n`);
    return finished.record.verdict.exitCode;
  } finally {
    progress.stop();
  }
}

/** Asked before a lab is brought up for nothing; the run itself asks again. */
async function refuseWhileStopped({ loaded, scenario }: Prepared): Promise<void> {
  const whenUnknown = scenario.phases.some(breaks) ? 'hold' : 'go-on';
  const places = allPlaces(stopPlaces(loaded.platform, whenUnknown, systemClock));
  refuseBecause((await checkForStop(places, { clock: systemClock })).refusals);
}

function refuse({ scenario, platform, undecidable, refusals }: Plan): void {
  if (undecidable.length > 0) {
    throw new CommandError(
      `Scenario ${scenario} of ${platform} could never be decided as it is; it is not run.`,
      exitCodes.usage,
      undecidable,
    );
  }
  refuseBecause(refusals);
}

function refuseBecause(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new CommandError(`Refused:\n${refusals.map((one) => `  - ${one}`).join('\n')}`, exitCodes.refused);
}
