import { NO_SCOPE } from '@ordeal/shared/judge/scope';
import type { Diagnostic } from '@ordeal/shared/platform/diagnostics';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import { readSite } from '@ordeal/lab/lab';
import { anchorOf, toWall } from '@ordeal/shared/time/clock';
import { formatDuration } from '@ordeal/shared/time/duration';
import type { Span } from '@ordeal/shared/time/interval';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform } from '../load/load-platform.ts';
import type { Narrowing } from './gate-options.ts';
import type { GatePlan } from './gate.ts';
import { narrowObjectives, pickObjectives } from './pick-objectives.ts';
import { scopeGaps } from './scope-gaps.ts';

/** Scrapes in an interval below which nothing that must hold can be decided; a lab's are short and steady. */
const LEAST_SCRAPES = { lab: 4, other: 10 } as const;

export interface GateRequest extends Narrowing {
  readonly kind: GatePlan['kind'];
  readonly platform: string | undefined;
  readonly labName: string;
  readonly lengthMs: number;
  /** Flag that says how long the interval is, for errors. */
  readonly lengthFlag: string;
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
  const objectives = picked.ok ? picked.value : {};
  if (!picked.ok) mistakes.push(...picked.diagnostics);
  // Which instances are new is not known yet; whether an objective can be narrowed at all does not depend on it.
  const narrowing = request.scope ?? (request.startedAfter === undefined ? undefined : ANY);
  const narrowed = narrowObjectives(objectives, narrowing);
  if (!narrowed.ok) mistakes.push(...narrowed.diagnostics);
  mistakes.push(...tooShort(request, platform.environment, platform.prometheus.scrapeIntervalSeconds));
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
  };
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

function tooShort(
  { lengthMs, lengthFlag }: GateRequest,
  environment: string,
  scrapeIntervalSeconds: number,
): readonly Diagnostic[] {
  const scrapes = environment === 'lab' ? LEAST_SCRAPES.lab : LEAST_SCRAPES.other;
  const least = scrapes * scrapeIntervalSeconds;
  if (lengthMs >= least * 1000) return [];
  return [
    {
      path: lengthFlag,
      expected: `at least ${formatDuration(least)}: ${scrapes} scrapes of ${formatDuration(scrapeIntervalSeconds)}`,
      found: formatDuration(lengthMs / 1000),
      hint: 'fewer scrapes can decide nothing: take a longer interval',
    },
  ];
}
