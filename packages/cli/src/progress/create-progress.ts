import type { Clock } from '@ordeal/shared/time/clock';
import { liveProgress } from './live.ts';
import { plainProgress } from './plain.ts';
import type { Progress } from './progress.ts';
import type { Sink } from './screen.ts';

export interface ProgressOptions {
  readonly stream: Sink;
  readonly isTty: boolean;
  /** Somebody is asked on the way: a live view would draw over the question, and over what it takes to answer it. */
  readonly asks: boolean;
  /** Width where the stream does not tell its own. */
  readonly columns: number;
  readonly clock: Clock;
  /** False when NO_COLOR is set. Without a terminal there never is colour. */
  readonly colour: boolean;
}

/** A live view in a terminal; plain lines with their time elsewhere, and where somebody is asked. */
export function createProgress(options: ProgressOptions): Progress {
  const { stream } = options;
  if (!options.isTty || options.asks) return plainProgress(stream);
  // A terminal may change its size at any time, so its stream is asked at each redraw.
  return liveProgress(stream, () => stream.columns ?? options.columns, options.clock, options.colour);
}
