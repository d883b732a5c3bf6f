import { clockFace, count, duration, quantity } from '@ordeal/shared/report/figures';
import { oneLine } from '@ordeal/shared/report/text';
import type { Paint } from './paint.ts';
import { inOrder, standingInWords } from './standing.ts';
import { placeOf, type ProgressState, secondsLeft, wantedInWords } from './state.ts';
import { fit } from './width.ts';

/** A report of the load that is older than this is not shown as if it were the present. */
const STALE_SECONDS = 3;

/** More lines than these would push what has happened out of sight. */
const MOST_STANDING = 10;

/** One line of the live view: `text` is what it measures, `painted` what is written. */
export interface FrameLine {
  readonly text: string;
  readonly painted: string;
}

/** The live view at `now`, each line shorter than the terminal is wide. */
export function frame(
  state: ProgressState,
  now: number,
  columns: number,
  paint: Paint,
): readonly FrameLine[] {
  const room = Math.max(1, columns - 1);
  const line = (text: string, colour: (text: string) => string = (same) => same): FrameLine => {
    const fitted = fit(text, room);
    return { text: fitted, painted: colour(fitted) };
  };
  const lines: FrameLine[] = [];
  if (state.phase !== null) lines.push(line(`▶ ${phaseTitle(state, state.phase)}`, paint.strong));
  const spent = progressLine(state, now, room);
  if (spent !== null) lines.push(line(spent));
  if (state.load !== null) lines.push(line(`  ${loadLine(state.load, now)}`, tint(state.load, now, paint)));
  for (const fault of state.faults) {
    const since = clockFace((now - fault.injectedAt) / 1000);
    lines.push(line(`  fault   ⚡ ${oneLine(fault.name)}, in for ${since}`, paint.fault));
  }
  if (state.step !== null) {
    const target = state.step.targetSeconds === null ? '' : `, target ${duration(state.step.targetSeconds)}`;
    lines.push(
      line(
        `  step    ${oneLine(state.step.name)}, for ${duration((now - state.step.startedAt) / 1000)}${target}`,
      ),
    );
  }
  for (const one of inOrder(state.standing).slice(0, MOST_STANDING)) {
    const text = `  ${standingInWords(one)}`;
    lines.push(line(text, { pass: paint.good, fail: paint.bad, inconclusive: paint.doubt }[one.outcome]));
  }
  const more = state.standing.length - MOST_STANDING;
  if (more > 0) lines.push(line(`  and ${count(more)} more objectives`));
  return lines;
}

/** `6/8 Region A is lost`. */
export function phaseTitle(
  state: ProgressState,
  phase: { readonly name: string; readonly title: string },
): string {
  const place = placeOf(state, phase.name);
  return `${place === null ? '' : `${place.n}/${place.of} `}${oneLine(phase.title)}`;
}

function progressLine(state: ProgressState, now: number, room: number): string | null {
  const parts: string[] = [];
  if (state.phase !== null) {
    const spent = (now - state.phase.startedAt) / 1000;
    const { expectedSeconds } = state.phase;
    parts.push(`${clockFace(spent)} of about ${clockFace(expectedSeconds)}`);
    if (room >= 64)
      parts.unshift(bar(expectedSeconds > 0 ? spent / expectedSeconds : 1, Math.min(30, room - 44)));
  }
  const left = secondsLeft(state, now);
  if (left !== null)
    parts.push(room >= 44 ? `run: about ${clockFace(left)} left` : `${clockFace(left)} left`);
  return parts.length === 0 ? null : `  ${parts.join('  ')}`;
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

type Load = NonNullable<ProgressState['load']>;

function loadLine(load: Load, now: number): string {
  const { second } = load;
  if (second === null) return `load    ${oneLine(load.workload)} is starting, ${wantedInWords(load.rate)}`;
  const age = (now - second.at) / 1000;
  if (age > STALE_SECONDS) return `load    nothing was reported for ${duration(age)}`;
  const p95 = second.p95Ms === null ? 'no p95' : `p95 ${quantity(second.p95Ms, 'ms')}`;
  const dropped = second.dropped > 0 ? ` · ${count(second.dropped)} dropped` : '';
  return `load    ${quantity(second.requestsPerSecond, 'req/s')} · ${p95} · ${count(second.failed)} failed${dropped}`;
}

function tint(load: Load, now: number, paint: Paint): (text: string) => string {
  const { second } = load;
  if (second === null || (now - second.at) / 1000 > STALE_SECONDS) return paint.doubt;
  return second.failed + second.dropped > 0 ? paint.bad : (text) => text;
}
