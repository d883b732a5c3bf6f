import type { Clock } from '@ordeal/shared/time/clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { eventLine, type EventLine } from './event-line.ts';
import { frame } from './frame.ts';
import { type Paint, paintWith } from './paint.ts';
import type { Progress } from './progress.ts';
import { Screen, type Sink } from './screen.ts';
import { advance, NOTHING_YET, type ProgressState } from './state.ts';

/** Time between two redraws: five a second follow everything that a person can read. */
const REDRAW_MS = 200;

/** A live view at the bottom of a terminal; what ended, failed or was reached scrolls away above it. */
export function liveProgress(sink: Sink, columns: () => number, clock: Clock, colour: boolean): Progress {
  const paint = paintWith(colour);
  const screen = new Screen(sink, columns);
  const stopped = new AbortController();
  let state: ProgressState = NOTHING_YET;
  let ticking = false;

  const draw = (above: readonly string[]): void => {
    screen.draw(above, frame(state, clock.now(), columns(), paint));
  };
  const tick = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      draw([]);
      // Rejects when it is stopped, which ends the loop.
      await clock.sleep(REDRAW_MS, stopped.signal).catch(() => undefined);
    }
  };

  return {
    setPlan: (plan) => {
      state = { ...state, plan };
    },
    listener: (entry: JournalEntry) => {
      if (stopped.signal.aborted) return;
      const line = eventLine(state, entry);
      state = advance(state, entry);
      if (line?.lasting === true) draw([painted(line, paint)]);
      if (ticking) return;
      ticking = true;
      void tick();
    },
    stop: () => {
      if (stopped.signal.aborted) return;
      stopped.abort();
      screen.draw([], []);
    },
  };
}

function painted(line: EventLine, paint: Paint): string {
  return line.tone === 'plain' ? line.text : paint[line.tone](line.text);
}
