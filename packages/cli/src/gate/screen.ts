import { systemClock } from '@ordeal/shared/time/system-clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import type { Edge } from '../edge.ts';
import { createProgress } from '../progress/create-progress.ts';
import { renderVerdict } from '../progress/render-verdict.ts';
import type { PlannedPhase } from '../progress/state.ts';
import type { FinishedGate } from './gate-record.ts';

/** What a person sees of a gate, and what a program reads of it. */
export interface GateScreen {
  readonly listener: (entry: JournalEntry) => void;
  readonly setPlan: (phases: readonly PlannedPhase[]) => void;
  /** Takes the live view away, shows the verdict, and returns its exit code. */
  finish(finished: FinishedGate): number;
  stop(): void;
}

/** With JSON, standard output belongs to the record alone, and progress goes to standard error. */
export function screenOf(json: boolean, edge: Edge): GateScreen {
  const stream = json ? edge.stderr : edge.stdout;
  const colour = stream.isTTY === true && edge.env['NO_COLOR'] === undefined;
  const progress = createProgress({
    stream,
    isTty: stream.isTTY === true,
    asks: false,
    colour,
    columns: stream.columns ?? 80,
    clock: systemClock,
  });
  return {
    listener: progress.listener,
    setPlan: progress.setPlan,
    stop: progress.stop,
    finish: ({ record, report }) => {
      progress.stop();
      const columns = stream.columns ?? 100;
      stream.write(`${renderVerdict(record, { colour, reportPath: report, columns })}\n`);
      if (json) edge.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
      return record.verdict.exitCode;
    },
  };
}
