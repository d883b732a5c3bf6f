import { NO_SCOPE } from '@ordeal/shared/judge/scope';
import { sentenceOf, type Diagnostic } from '@ordeal/shared/platform/diagnostics';
import type { Platform } from '@ordeal/shared/platform/platform';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import type { Undecidable } from '@ordeal/shared/scenario/decidable/concern';
import { growthObstacle } from '@ordeal/shared/scenario/decidable/growth';
import { undecidableInterval } from '@ordeal/shared/scenario/decidable/undecidable-interval';
import { readSite } from '@ordeal/lab/read-site';
import { anchorOf, toWall } from '@ordeal/shared/time/clock';
import type { Span } from '@ordeal/shared/time/interval';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform } from '../load/load-platform.ts';
import { PLAN_ANSWER_MS, readTelemetry } from '../run/telemetry/read-telemetry.ts';
import type { Narrowing } from './gate-options.ts';
import type { GatePlan } from './gate.ts';
import { narrowObjectives, pickObjectives, type PickedObjectives } from './pick-objectives.ts';
import { scopeGaps } from './scope-gaps.ts';

export interface GateRequest extends Narrowing {
  readonly kind: GatePlan['kind'];
  readonly platform: string | undefined;
  readonly labName: string;
  readonly lengthMs: number;
  /** Flag that says how long the interval is, for errors. */
  readonly lengthFlag: string;
  /** Its end, wall-clock milliseconds, where that is past. */
  readonly until?: number;
}

/** Reads the platform and says what is going to be judged. All that is wrong with it comes at once (64). */
export async function planGate(request: GateRequest, edge: Edge): Promise<GatePlan> {
  const clock = systemClock;
  const anchor = anchorOf(clock);
  const loaded = await loadPlatform(platformOf(request), edge, readSite(request.labName));
  const { platform } = loaded;
  if (loaded.needsLab) {
    throw new CommandError(
      `Platform ${platform.name} runs on the lab, and no lab "${request.labName}" is up: bring it up with \`ordeal lab up\`.`,
      exitCodes.usage,
    );
  }
  const mistakes: Diagnostic[] = [];
  const picked = pickObjectives(platform, request.objectives);
  const { objectives, warnings } = longEnough(picked.ok ? picked.value : {}, request, platform);
  if (!picked.ok) mistakes.push(...picked.diagnostics);
  // Which instances are new is not known yet; whether an objective can be narrowed at all does not depend on it.
  const narrowing = request.scope ?? (request.startedAfter === undefined ? undefined : ANY);
  const narrowed = narrowObjectives(objectives, narrowing);
  if (!narrowed.ok) mistakes.push(...narrowed.diagnostics);
  const undecidable = await undecidableOf(request, platform, narrowed.ok ? narrowed.value : objectives);
  mistakes.push(...undecidable.must);
  if (mistakes.length > 0) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    throw new CommandError(
      `What \`ordeal ${request.kind}\` is to judge has ${count}; nothing was read.`,
      exitCodes.usage,
      mistakes,
    );
  }
  return {
    kind: request.kind,
    loaded,
    objectives,
    scope: request.scope,
    startedAfter: request.startedAfter,
    prometheus: createPrometheus(platform.prometheus, clock),
    clock,
    anchor,
    warnings: [...warnings, ...undecidable.should.map(sentenceOf)],
  };
}

/**
 * Growth takes far longer to show than anything else. Who names no objective is asking what can be told of this time,
 * and is told what cannot.
 */
function longEnough(
  picked: PickedObjectives,
  { objectives: named, lengthMs }: GateRequest,
  platform: Platform,
): { readonly objectives: PickedObjectives; readonly warnings: readonly string[] } {
  if (named !== null) return { objectives: picked, warnings: [] };
  const short = Object.entries(picked).flatMap(([name, objective]) => {
    const obstacle = growthObstacle({ platform, objective, window: { seconds: lengthMs / 1000 }, own: {} });
    return obstacle === undefined ? [] : [{ name, needs: obstacle.expected }];
  });
  const left = Object.entries(picked).filter(([name]) => !short.some((one) => one.name === name));
  return {
    objectives: Object.fromEntries(left),
    warnings: short.map(({ name, needs }) => `${name} is not judged: that takes ${needs}`),
  };
}

/** What the interval could never decide, by the platform file and by what Prometheus tells; if it does not, it is asked again when it is judged. */
async function undecidableOf(
  { lengthMs, lengthFlag, until }: GateRequest,
  platform: Platform,
  objectives: PickedObjectives,
): Promise<Undecidable> {
  const signals = new Map(Object.entries(objectives).map(([name, { signal }]) => [name, signal]));
  const prometheus = createPrometheus(platform.prometheus, systemClock, { timeoutMs: PLAN_ANSWER_MS });
  const telemetry = await readTelemetry(prometheus, platform, signals, systemClock, until);
  return undecidableInterval(
    platform,
    objectives,
    { seconds: lengthMs / 1000, given: lengthFlag },
    telemetry,
  );
}

/** A scope that leaves series out by what they are not labelled with cannot be judged by: refused (64) while that is known. */
export async function refuseGaps(plan: GatePlan, span: Span, signal: AbortSignal): Promise<void> {
  const { scope, startedAfter, anchor } = plan;
  const looked = scope ?? (startedAfter === undefined ? undefined : ANY);
  if (looked === undefined) return;
  const labels = [...new Set([...looked.labels, ...(startedAfter === undefined ? [] : ANY.labels)])];
  const [from, to] = [toWall(anchor, span.from), toWall(anchor, span.to)];
  const gaps = await scopeGaps(plan.prometheus, plan.objectives, { ...looked, labels }, from, to, signal);
  // One that does not answer now is asked again when it is judged.
  if (!gaps.ok || gaps.value.length === 0) return;
  throw new CommandError(
    'The scope would leave series out, and what they count would read as zero; nothing was judged.',
    exitCodes.usage,
    gaps.value.map((gap) => ({
      path: scope === undefined ? '--started-after' : '--scope',
      expected: `every series to have ${labels.map((label) => `the label ${label}`).join(' and ')}`,
      found: gap,
      hint: 'add the label to the metric, or name the objectives that have it with --objective',
    })),
  );
}

const ANY = { text: NO_SCOPE, labels: ['instance'] };

function platformOf({ platform, kind }: GateRequest): string {
  if (platform !== undefined) return platform;
  throw new CommandError(
    `\`ordeal ${kind}\` needs --platform: the name of a folder in ./platforms, or the path of one, whose Prometheus is read.`,
    exitCodes.usage,
  );
}
