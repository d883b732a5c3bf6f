import { sightBefore, type SightBefore } from '@ordeal/shared/judge/collect-sight';
import { formatDuration } from '@ordeal/shared/time/duration';
import type { Span } from '@ordeal/shared/time/interval';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Edge } from '../edge.ts';
import { readFlags, scopedOrNot, type GateFlags } from '../gate/gate-options.ts';
import { closeGate, openGate } from '../gate/gate-record.ts';
import type { Gate } from '../gate/gate.ts';
import { endBy } from '../gate/interrupted.ts';
import { observeInterval, unreadInterval, type ObservedInterval } from '../gate/observe-interval.ts';
import { planGate, refuseGaps } from '../gate/plan-gate.ts';
import { screenOf } from '../gate/screen.ts';
import { settingsOfGate } from '../gate/settings.ts';
import { watch, type Watched } from '../gate/watch.ts';
import { watchSignals } from '../run/interruption.ts';
import { keepYoungSpaceSmall } from '../young-space.ts';

export interface CheckOptions extends GateFlags {
  readonly platform?: string;
  readonly for: string;
  readonly every: string;
  readonly json?: boolean;
  readonly labName: string;
}

/** A watch that takes longer is no gate, and could hardly be read as a whole. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Longest wait for the last scrapes of the time that was watched. */
const BARRIER_MS = 15_000;
/** Longest wait for what is still read after an interruption. */
const PATIENCE_MS = 30_000;
/** How far back it is looked whether a scope leaves series out, before the watch begins. */
const LOOK_BACK_MS = 300_000;

/** `ordeal check --for 30m`: watches objectives for a while, and gates: the time after a deploy. */
export async function checkCommand(options: CheckOptions, edge: Edge): Promise<number> {
  await keepYoungSpaceSmall();
  const flags = readFlags(systemClock.wall());
  const forMs = flags.duration('--for', options.for);
  const everyMs = flags.duration('--every', options.every);
  const narrowing = flags.narrowing(options);
  if (forMs > LONGEST_MS) {
    flags.wrong(
      '--for',
      `at most ${formatDuration(LONGEST_MS / 1000)}`,
      `"${options.for}"`,
      'a gate is waited for: what goes on for longer is for alerts',
    );
  }
  flags.check('check');
  const interruption = watchSignals(edge, 'ending; what was seen so far is judged');
  const screen = screenOf(options.json === true, edge);
  try {
    const { signal } = interruption;
    const plan = await planGate(
      {
        ...narrowing,
        kind: 'check',
        platform: options.platform,
        labName: options.labName,
        lengthMs: forMs,
        lengthFlag: '--for',
      },
      edge,
    );
    const from = plan.clock.now();
    const before = await sightBefore(plan.prometheus, { clock: plan.clock, anchor: plan.anchor, signal });
    await refuseGaps(plan, { from: from - LOOK_BACK_MS, to: from }, signal);
    const title = `${formatDuration(forMs / 1000)}${scopedOrNot(narrowing)}`;
    const gate = openGate(plan, title, screen.listener, edge);
    const phase = {
      name: 'check',
      title: `Watching ${Object.keys(plan.objectives).join(', ')}`,
      expectedSeconds: forMs / 1000,
    };
    screen.setPlan([phase]);
    gate.journal.append({ type: 'phase-started', phase: phase.name, ...phase });
    const span = { from, to: from + forMs };
    const scrapeMs = plan.loaded.platform.prometheus.scrapeIntervalSeconds * 1000;
    const watched = await watch(gate, { span, everyMs: Math.max(everyMs, scrapeMs), before, signal });
    gate.journal.append({
      type: 'phase-ended',
      phase: phase.name,
      outcome: signal.aborted ? 'skipped' : watched.certain.length > 0 ? 'failed' : 'done',
      detail: detailOf(watched, span),
    });
    const last = await lastLook(gate, span, before, watched, signal);
    const finished = await closeGate(
      gate,
      title,
      last.observations,
      { ...settingsOfGate(plan, last.instances), ...endedEarly(watched, span) },
      edge,
    );
    return screen.finish(finished);
  } finally {
    screen.stop();
    interruption.stop();
  }
}

/** What the verdict is of: all of the time, or what was seen until failure was certain or a person had enough of it. */
async function lastLook(
  gate: Gate,
  span: Span,
  before: SightBefore,
  watched: Watched,
  signal: AbortSignal,
): Promise<Pick<ObservedInterval, 'observations' | 'instances'>> {
  const { instances, observations, until } = watched;
  if (observations !== null) return { observations, instances };
  const whole = { from: span.from, to: until };
  // An interruption ends the watch, not the look at what it saw; but nobody waits for that for long.
  const interrupted = signal.aborted;
  try {
    return await observeInterval(gate, whole, {
      barrierMs: interrupted ? 0 : BARRIER_MS,
      lookForGaps: true,
      before,
      ...(instances === null ? {} : { instances }),
      signal: interrupted ? AbortSignal.timeout(PATIENCE_MS) : signal,
      end: endBy(signal),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    if (!interrupted) return lastLook(gate, span, before, watched, signal);
    return { observations: unreadInterval(gate, whole, endBy(signal)), instances };
  }
}

function detailOf({ certain, until }: Watched, span: Span): string {
  if (certain.length > 0) {
    const which = certain.map(
      ({ finding, because }) => `${finding.objective} cannot hold any more. ${because}`,
    );
    return `after ${seconds(until - span.from)}: ${which.join(' ')}`;
  }
  return until < span.to ? `interrupted after ${seconds(until - span.from)}` : '';
}

function endedEarly(watched: Watched, span: Span): Readonly<Record<string, string>> {
  return watched.until < span.to ? { 'ended early': detailOf(watched, span) } : {};
}

function seconds(ms: number): string {
  return formatDuration(Math.round(ms / 1000));
}
