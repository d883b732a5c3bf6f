import { count, quantity, timeOfDay } from '@ordeal/shared/report/figures';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { eventLine } from './event-line.ts';
import type { Progress } from './progress.ts';
import type { Sink } from './screen.ts';
import { advance, type LoadSecond, NOTHING_YET, type ProgressState } from './state.ts';

/** Milliseconds between two lines on the load. */
const LOAD_EVERY_MS = 10_000;

/** A line for each event that matters, with its time of day (UTC), for logs: no colour, no control character. */
export function plainProgress(sink: Sink): Progress {
  let state: ProgressState = NOTHING_YET;
  let seconds: LoadSecond[] = [];
  let stopped = false;

  const say = (entry: JournalEntry, text: string): void => {
    sink.write(`${timeOfDay(entry.at)} ${text}\n`);
  };
  const sayLoad = (entry: JournalEntry): void => {
    if (seconds.length > 0) say(entry, `  ${loadInWords(seconds)}`);
    seconds = [];
  };

  return {
    setPlan: (plan) => {
      state = { ...state, plan };
    },
    listener: (entry) => {
      if (stopped) return;
      const line = eventLine(state, entry);
      state = advance(state, entry);
      if (entry.type === 'load-second') {
        seconds.push({ ...entry, at: entry.monotonicMs });
        if (entry.monotonicMs - (seconds[0]?.at ?? 0) >= LOAD_EVERY_MS - 1500) sayLoad(entry);
      }
      if (entry.type === 'load-ended') sayLoad(entry);
      if (line !== null) say(entry, line.text);
    },
    stop: () => {
      stopped = true;
    },
  };
}

function loadInWords(seconds: readonly LoadSecond[]): string {
  const sum = (of: (second: LoadSecond) => number): number =>
    seconds.reduce((all, each) => all + of(each), 0);
  const p95 = seconds.flatMap((each) => each.p95Ms ?? []);
  const dropped = sum((each) => each.dropped);
  return [
    `load ${quantity(sum((each) => each.requestsPerSecond) / seconds.length, 'req/s')}`,
    p95.length === 0 ? 'no p95' : `worst p95 ${quantity(Math.max(...p95), 'ms')}`,
    `${count(sum((each) => each.failed))} failed`,
    ...(dropped > 0 ? [`${count(dropped)} dropped`] : []),
    `in ${seconds.length} s`,
  ].join(' · ');
}
