import type { Attempt, ProbeStream } from '../../src/observers/observers.ts';

/** A platform that is down in each of these spans, and how it fails then. */
export interface Truth {
  readonly down: readonly { readonly from: number; readonly to: number }[];
  /** `refuse` answers at once, `hang` never, `hold` answers when it is back. */
  readonly failing: 'refuse' | 'hang' | 'hold';
}

export interface StreamSettings {
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly lastMs: number;
  readonly random: () => number;
  /** Longest lateness of a tick. */
  readonly lateMs: number;
  readonly latencyMs: number;
  /** Longest time that an outcome is noticed late. */
  readonly noticeMs: number;
}

/** What an open-loop stream sees of such a platform. */
export function simulate(truth: Truth, settings: StreamSettings): ProbeStream {
  const attempts: Attempt[] = [];
  for (let due = 0; due < settings.lastMs; due += settings.everyMs) {
    const sent = due + settings.random() * settings.lateMs;
    attempts.push({ due, sent, ...outcome(truth, settings, sent) });
  }
  attempts.sort((one, other) => one.sent - other.sent);
  return {
    name: 'simulated',
    everyMs: settings.everyMs,
    timeoutMs: settings.timeoutMs,
    attempts,
    missedTicks: 0,
  };
}

function outcome(
  truth: Truth,
  settings: StreamSettings,
  sent: number,
): Pick<Attempt, 'completed' | 'ok' | 'status' | 'error'> {
  const noticed = (at: number): number => at + settings.random() * settings.noticeMs;
  const timeout = {
    completed: noticed(sent + settings.timeoutMs),
    ok: false,
    status: 0,
    error: 'timeout',
  };
  const arrives = sent + settings.random() * 0.5;
  const answers = arrives + settings.latencyMs * (0.2 + 0.8 * settings.random());
  const hit = truth.down.find((span) => span.from < answers && span.to > arrives);
  if (hit === undefined) return { completed: noticed(answers), ok: true, status: 200 };
  if (truth.failing === 'hang') return timeout;
  if (truth.failing === 'refuse') {
    const at = Math.max(arrives, hit.from);
    return { completed: noticed(at), ok: false, status: 0, error: 'refused' };
  }
  const back = hit.to + settings.latencyMs;
  return back - sent > settings.timeoutMs ? timeout : { completed: noticed(back), ok: true, status: 200 };
}
