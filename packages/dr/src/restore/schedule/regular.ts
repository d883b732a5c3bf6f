import type { RegularSchedule } from '../config.ts';
import { maybeNeverMade, span, type Held, type KeptCopies } from './kept.ts';

/** Copies of which one is made every so often: none may be missing between two of them, or since the newest. */
export function heldRegularly(
  { instants, oldest, newest }: KeptCopies,
  { everySeconds, lateSeconds, keepSeconds, since }: RegularSchedule,
  now: number,
): Held {
  const departures: string[] = [];
  const unknown: string[] = [];
  const most = 1000 * (everySeconds + lateSeconds);
  const within = (keepSeconds ?? Infinity) * 1000;

  const apart = (least: number, largest: number, words: string): void => {
    if (least > most) departures.push(`${words} ${span(least)}, and at most ${span(most)} are promised`);
    else if (largest > most) unknown.push(`${words} between ${span(least)} and ${span(largest)}`);
  };
  for (const [index, next] of instants.entries()) {
    const before = instants[index - 1];
    // What is older than has to be kept may be there in part.
    if (before === undefined || now - before.low > within) continue;
    const words = `between the copies of ${minuteOf(before.high)} and ${minuteOf(next.high)} lie`;
    apart(next.low - before.high, next.high - before.low, words);
  }
  apart(now - newest.high, now - newest.low, `since the newest copy, of ${minuteOf(newest.high)}, have gone`);

  if (keepSeconds !== undefined) {
    const kept = 1000 * keepSeconds;
    const words = `the oldest copy is of ${minuteOf(oldest.high)}`;
    const running = since === undefined ? undefined : now - Date.parse(since);
    const due = Math.min(kept, running ?? kept) - most;
    if (now - oldest.low < due) {
      if (running === undefined) unknown.push(maybeNeverMade(words, kept));
      else departures.push(`${words}, and each is to be kept for ${span(kept)}`);
    } else if (now - oldest.high < due) unknown.push(`${words}, as far as its time can be told`);
  }
  return { departures, unknown };
}

function minuteOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ');
}
