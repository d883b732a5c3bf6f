import type { RateLimitSpec } from '@ordeal/shared/platform/limit-spec';
import type { LimitCheckRecord, LimitWindowRecord } from '@ordeal/shared/record/limit-record';
import { inWords, type Asked } from './asked.ts';
import { OFTEN, REFUSALS, type RateSeen } from './measure-rate.ts';

/** Limits may count in whole seconds; of a window that is short, this share of it. */
const [SLACK_SECONDS, SLACK_SHARE] = [1, 0.05];
/** Shares of the window in which the bursts have to end, so that what they show is the window's doing. */
const [FIRST_BY, SECOND_BY, THIRD_BY] = [0.25, 0.85, 1.35];
/** Share of the window in which all have to be asked, so that they came in one go. */
const WHOLE_BY = 0.25;

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
      {
        name: `${promised.requests} requests are admitted in two halves, and no more`,
        ...ceiling(promised, seen),
      },
      { name: `the window lasts ${promised.windowSeconds} s`, ...length(promised, seen, seconds) },
      {
        name: `the window is ${promised.window}`,
        outcome: kind.kind === null ? 'unknown' : kind.kind === promised.window ? 'held' : 'broken',
        detail: kind.because,
      },
      ...cameBack(seen),
      ...(seen.whole === undefined
        ? []
        : [
            {
              name: `${promised.requests} requests of another client are admitted in one go`,
              ...inOneGo(promised, seen.whole),
            },
          ]),
    ],
    window: { kind: kind.kind, seconds, admitted: admittedBy(seen) },
  };
}

type Outcome = Omit<LimitCheckRecord, 'name'>;

const TOO_LONG = 'its answers took too long';
const NOT_BEGUN = 'already the first requests were not admitted';

function ceiling(promised: Promised, { first, second }: RateSeen): Outcome {
  const { requests } = promised;
  const all = [...first, ...second];
  const odd = oddOf(all);
  if (odd !== undefined) return odd;
  const together = admitted(all);
  const within = `${together} were admitted within ${secondsOf(all).toFixed(1)} s`;
  if (first.at(-1)?.outcome === 'refused' || together < requests)
    return { outcome: 'broken', detail: within };
  const inOneWindow = all.filter((one) => isWithinOne(promised, all, one));
  if (admitted(inOneWindow) <= requests) {
    return together === requests && inOneWindow.length === all.length
      ? { outcome: 'held', detail: within }
      : { outcome: 'unknown', detail: `${within}: ${TOO_LONG} to tell how many one window admits` };
  }
  return {
    outcome: 'broken',
    detail:
      second.at(-1)?.outcome === 'refused'
        ? `${within}: several count, or the window begins by the clock, or it refills meanwhile`
        : `${within}, and nothing was refused: several count, or nobody does`,
  };
}

/** Whether it surely was counted in the window that began with the first of them, were it as short as is let pass. */
function isWithinOne({ windowSeconds }: Promised, all: readonly Asked[], one: Asked): boolean {
  return one.answered - (all[0]?.sent ?? 0) <= (windowSeconds - slackOf(windowSeconds)) * 1000;
}

/** A client whose window has not begun is let in as often as is promised, however soon after another it asks. */
function inOneGo({ requests, windowSeconds }: Promised, whole: readonly Asked[]): Outcome {
  const odd = oddOf(whole);
  if (odd !== undefined) return odd;
  if (whole.length === 0) return { outcome: 'unknown', detail: NOT_BEGUN };
  const together = admitted(whole);
  if (together === 0) {
    const detail = 'it was refused at once: is {{id}} what the platform tells clients by?';
    return { outcome: 'unknown', detail };
  }
  const detail = `${together} were admitted within ${secondsOf(whole).toFixed(1)} s`;
  if (together < requests) return { outcome: 'broken', detail };
  return secondsOf(whole) <= WHOLE_BY * windowSeconds
    ? { outcome: 'held', detail }
    : { outcome: 'unknown', detail: `${detail}: ${TOO_LONG} to be one go` };
}

function length(
  promised: Promised,
  { first, second, waiting }: RateSeen,
  seconds: LimitWindowRecord['seconds'],
): Outcome {
  const { windowSeconds } = promised;
  const odd = oddOf(waiting);
  if (odd !== undefined) return odd;
  const until = second.at(-1);
  if (until === undefined || first[0] === undefined) {
    return { outcome: 'unknown', detail: NOT_BEGUN };
  }
  if (until.outcome !== 'refused') return { outcome: 'unknown', detail: 'nothing was refused' };
  const last = waiting.at(-1);
  if (last === undefined || !isWithinOne(promised, first, until)) {
    return {
      outcome: 'unknown',
      detail: `${TOO_LONG}: they were refused when the window may have been over`,
    };
  }
  if (seconds === null) {
    const waited = (last.answered - first[0].sent) / 1000;
    return { outcome: 'broken', detail: `after ${waited.toFixed(1)} s nothing was admitted again` };
  }
  const { low, high } = seconds;
  const detail = `the first was admitted again after ${low.toFixed(1)}–${high.toFixed(1)} s`;
  const slack = slackOf(windowSeconds);
  if (high < windowSeconds - slack || windowSeconds + slack < low) return { outcome: 'broken', detail };
  // It is asked once a step: so much later the first one that is admitted may be.
  const near = slack + OFTEN * windowSeconds;
  return windowSeconds - near <= low && high <= windowSeconds + near
    ? { outcome: 'held', detail }
    : { outcome: 'unknown', detail: `${detail}, which is too wide to tell` };
}

/** Whether who comes back when a refusal says so is let in. Nothing where no refusal says when. */
function cameBack({ second, waiting }: RateSeen): readonly LimitCheckRecord[] {
  const told = [...second, ...waiting].filter(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
  const [first] = told;
  if (first === undefined) return [];
  const name = 'who comes back when a refusal says so is admitted';
  const says = (one: Asked): string => `a refusal says to come back after ${one.retryAfterSeconds} s`;
  for (const one of told) {
    // Whole seconds may be cut off.
    const free = one.answered + ((one.retryAfterSeconds ?? 0) + SLACK_SECONDS) * 1000;
    const refused = waiting.find(({ sent, outcome }) => outcome === 'refused' && sent > free);
    if (refused === undefined) continue;
    const later = ((refused.sent - one.answered) / 1000).toFixed(1);
    return [{ name, outcome: 'broken', detail: `${says(one)}, and ${later} s later it was refused again` }];
  }
  const again = waiting.at(-1);
  if (again?.outcome !== 'admitted') {
    return [{ name, outcome: 'unknown', detail: `${says(first)}, and nothing was admitted again` }];
  }
  const later = ((again.answered - first.answered) / 1000).toFixed(1);
  return [{ name, outcome: 'held', detail: `${says(first)}, and it was admitted ${later} s later` }];
}

function slackOf(windowSeconds: number): number {
  return Math.min(SLACK_SECONDS, windowSeconds * SLACK_SHARE);
}

/** From sending the first of them to the last one's answer. */
function secondsOf(asked: readonly Asked[]): number {
  return ((asked.at(-1)?.answered ?? 0) - (asked[0]?.sent ?? 0)) / 1000;
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
  if (late !== undefined) return unknown(`${TOO_LONG} to tell one kind from the other`);
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
