import type { RateLimitSpec } from '@ordeal/shared/platform/limit-spec';
import type { LimitCheckRecord, LimitWindowRecord } from '@ordeal/shared/record/limit-record';
import { inWords, type Asked } from './asked.ts';
import { REFUSALS, type RateSeen } from './measure-rate.ts';

/** Limits may count in whole seconds; of a window that is short, this share of it. */
const [SLACK_SECONDS, SLACK_SHARE] = [1, 0.05];
/** Shares of the window in which the bursts have to end, so that what they show is the window's doing. */
const [FIRST_BY, SECOND_BY, THIRD_BY] = [0.25, 0.85, 1.45];

type Promised = Pick<RateLimitSpec, 'requests' | 'windowSeconds' | 'window'>;

/** What was seen of a rate limit, set against what is promised. Pure. */
export function rateChecks(
  promised: Promised,
  seen: RateSeen,
): { readonly checks: readonly LimitCheckRecord[]; readonly window: LimitWindowRecord } {
  const seconds = lengthOf(seen);
  const kind = kindOf(promised, seen);
  return {
    checks: [
      { name: `${promised.requests} requests are admitted, and no more`, ...ceiling(promised, seen) },
      { name: `the window lasts ${promised.windowSeconds} s`, ...length(promised, seen, seconds) },
      {
        name: `the window is ${promised.window}`,
        outcome: kind.kind === null ? 'unknown' : kind.kind === promised.window ? 'held' : 'broken',
        detail: kind.because,
      },
    ],
    window: { kind: kind.kind, seconds, admitted: admittedBy(seen) },
  };
}

type Outcome = Omit<LimitCheckRecord, 'name'>;

function ceiling({ requests }: Promised, { first, second }: RateSeen): Outcome {
  const odd = oddOf([...first, ...second]);
  if (odd !== undefined) return odd;
  const together = admitted(first) + admitted(second);
  const seconds = (((second.at(-1) ?? first.at(-1))?.answered ?? 0) - (first[0]?.sent ?? 0)) / 1000;
  const within = `${together} were admitted within ${seconds.toFixed(1)} s`;
  if (first.at(-1)?.outcome === 'refused') return { outcome: 'broken', detail: within };
  if (together === requests) return { outcome: 'held', detail: within };
  if (together < requests) return { outcome: 'broken', detail: within };
  const refused = second.at(-1)?.outcome === 'refused';
  return {
    outcome: 'broken',
    detail: refused
      ? `${within}: several count, or the window begins by the clock, or it refills meanwhile`
      : `${within}, and nothing was refused: several count, or nobody does`,
  };
}

function length(
  { windowSeconds }: Promised,
  { first, second, waiting }: RateSeen,
  seconds: LimitWindowRecord['seconds'],
): Outcome {
  const odd = oddOf(waiting);
  if (odd !== undefined) return odd;
  const last = waiting.at(-1);
  if (last === undefined || first[0] === undefined) {
    const why = second.length === 0 ? 'already the first requests were not admitted' : 'nothing was refused';
    return { outcome: 'unknown', detail: why };
  }
  if (seconds === null) {
    const waited = (last.answered - first[0].sent) / 1000;
    return { outcome: 'broken', detail: `after ${waited.toFixed(1)} s nothing was admitted again` };
  }
  const slack = Math.min(SLACK_SECONDS, windowSeconds * SLACK_SHARE);
  const fits = seconds.low - slack <= windowSeconds && windowSeconds <= seconds.high + slack;
  return {
    outcome: fits ? 'held' : 'broken',
    detail: `the first was admitted again after ${seconds.low.toFixed(1)}–${seconds.high.toFixed(1)} s`,
  };
}

/** From the first request, wherever between sending and answer it was counted, to the first that was admitted again. */
function lengthOf({ first, second, waiting }: RateSeen): LimitWindowRecord['seconds'] {
  const [begun, again] = [first[0], waiting.at(-1)];
  if (begun === undefined || again?.outcome !== 'admitted') return null;
  const refused = waiting.at(-2) ?? second.at(-1);
  return {
    low: Math.max(0, (refused?.sent ?? again.sent) - begun.answered) / 1000,
    high: (again.answered - begun.sent) / 1000,
  };
}

interface Kind {
  readonly kind: LimitWindowRecord['kind'];
  readonly because: string;
}

function kindOf({ requests, windowSeconds }: Promised, { first, second, waiting, third }: RateSeen): Kind {
  const unknown = (because: string): Kind => ({ kind: null, because });
  const begun = first[0]?.sent ?? 0;
  const odd = oddOf([...first, ...second, ...waiting, ...third]);
  if (odd !== undefined) return unknown(odd.detail);
  if (third.length === 0) return unknown('the end of a window was not seen');
  if (admitted(first) + admitted(second) > requests)
    return unknown('more were admitted than one window admits');
  const by: readonly (readonly [burst: readonly Asked[], share: number])[] = [
    [first, FIRST_BY],
    [second, SECOND_BY],
    [third, THIRD_BY],
  ];
  const late = by.find(
    ([burst, share]) => (burst.at(-1)?.answered ?? 0) - begun > share * windowSeconds * 1000,
  );
  if (late !== undefined) return unknown('its answers took too long to tell one kind from the other');
  const refusedAtOnce = third.slice(-REFUSALS).every(({ outcome }) => outcome === 'refused');
  const together = 1 + admitted(third);
  const said = `of ${first.length} requests at its begin and ${admitted(second)} later, ${together} were admitted again when it was over`;
  // What was refused may have been counted too: then a sliding one admits fewer.
  if (refusedAtOnce && together <= first.length) return { kind: 'sliding', because: said };
  if (refusedAtOnce && together === requests) return { kind: 'fixed', because: said };
  return unknown(`${said}, which is neither all nor at most those of the begin`);
}

/** An answer that neither admits nor refuses proves nothing, unless the platform itself gave it. */
function oddOf(asked: readonly Asked[]): Outcome | undefined {
  const odd = asked.find(({ outcome }) => outcome === 'neither');
  if (odd === undefined) return undefined;
  const detail = `request ${asked.indexOf(odd) + 1} got ${inWords(odd)}`;
  return { outcome: odd.status === 0 ? 'unknown' : 'broken', detail };
}

function admittedBy({ first, second, waiting, third }: RateSeen): readonly number[] {
  const again = waiting.at(-1)?.outcome === 'admitted' ? 1 : 0;
  return [admitted(first), admitted(second), again + admitted(third)];
}

function admitted(asked: readonly Asked[]): number {
  return asked.filter(({ outcome }) => outcome === 'admitted').length;
}
