import type { Clock } from '@ordeal/shared/time/clock';

/** What an observer says of itself, as evidence that it could see. */
export interface SelfSample {
  readonly type: 'self';
  readonly at: number;
  /** Of one processor, since the sample before. */
  readonly cpuShare: number;
}

/** Takes a sample each time it is called. */
export function startSelfWatch(process: NodeJS.Process, clock: Clock): () => SelfSample {
  let at = clock.now();
  let usage = process.cpuUsage();
  return () => {
    const now = clock.now();
    const spent = process.cpuUsage(usage);
    const cpuShare = (spent.user + spent.system) / 1000 / (now - at);
    at = now;
    usage = process.cpuUsage();
    return { type: 'self', at, cpuShare };
  };
}
