import { toMonotonic } from '@ordeal/shared/time/clock';
import { formatDuration } from '@ordeal/shared/time/duration';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Edge } from '../edge.ts';
import { readFlags, scopedOrNot } from '../gate/gate-options.ts';
import { closeGate, openGate } from '../gate/gate-record.ts';
import { endBy } from '../gate/interrupted.ts';
import { observeInterval, unreadInterval } from '../gate/observe-interval.ts';
import { planGate, refuseGaps } from '../gate/plan-gate.ts';
import { screenOf } from '../gate/screen.ts';
import { settingsOfGate } from '../gate/settings.ts';
import { watchSignals } from '../run/interruption.ts';
import type { JudgeOptions } from './judge.ts';

/** Longest wait for the last scrapes of an interval that ends now. */
const BARRIER_MS = 15_000;

/** `ordeal judge --platform P --from T --to T`: judges a past interval of a live Prometheus. Does nothing else. */
export async function judgeInterval(options: JudgeOptions, edge: Edge): Promise<number> {
  const now = systemClock.wall();
  const flags = readFlags(now);
  if (options.from === undefined) {
    flags.wrong('--from', 'the start of the interval', 'nothing', 'for instance --from -15m');
  }
  const from = flags.instant('--from', options.from ?? 'now');
  const to = flags.instant('--to', options.to ?? 'now');
  const narrowing = flags.narrowing(options);
  if (to > now) {
    flags.wrong(
      '--to',
      'an instant that is past, or now',
      new Date(to).toISOString(),
      'what is still to come is watched by `ordeal check --for …`',
    );
  }
  if (options.from !== undefined && to <= from) {
    flags.wrong(
      '--to',
      `an instant after --from (${new Date(from).toISOString()})`,
      new Date(to).toISOString(),
      'an interval has a length: put --from before --to',
    );
  }
  flags.check('judge');
  const interruption = watchSignals(edge, 'ending; what was asked is not waited for');
  try {
    const lengthMs = to - from;
    const plan = await planGate(
      {
        ...narrowing,
        kind: 'judge',
        platform: options.platform,
        labName: options.labName,
        lengthMs,
        lengthFlag: '--from',
        until: to,
      },
      edge,
    );
    const span = { from: toMonotonic(plan.anchor, from), to: toMonotonic(plan.anchor, to) };
    await refuseGaps(plan, span, interruption.signal);
    const title = `${formatDuration(lengthMs / 1000)}${scopedOrNot(narrowing)}`;
    const screen = screenOf(options.json === true, edge);
    const gate = openGate(plan, title, screen.listener, edge);
    gate.journal.append({
      type: 'phase-started',
      phase: 'judge',
      title: `${Object.keys(plan.objectives).length} objectives from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
      expectedSeconds: 2,
    });
    // What was not scraped long ago is not going to be.
    const sinceMs = plan.clock.wall() - to;
    const barrierMs = Math.min(BARRIER_MS, Math.max(0, BARRIER_MS - sinceMs));
    const { signal } = interruption;
    const observed = await observeInterval(plan, span, {
      barrierMs,
      lookForGaps: true,
      before: null,
      signal,
      end: { how: 'finished' },
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return { observations: unreadInterval(plan, span, endBy(signal)), instances: null };
    });
    gate.journal.append({ type: 'phase-ended', phase: 'judge', outcome: 'done', detail: '' });
    const finished = await closeGate(
      gate,
      title,
      observed.observations,
      settingsOfGate(plan, observed.instances),
      edge,
    );
    return screen.finish(finished);
  } finally {
    interruption.stop();
  }
}
