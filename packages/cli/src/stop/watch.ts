import { watchForStop, type StopWatch } from '@ordeal/shared/stop/watch';
import type { Clock } from '@ordeal/shared/time/clock';
import type { StopPlaces } from './sources.ts';

/** A file costs nothing to look at, and healing has to begin within the second; an API server is asked each second. */
const FILE_EVERY_MS = 200;
const CLUSTER_EVERY_MS = 1_000;

/** Watches every place of an emergency stop, each as often as is fit. */
export function watchPlaces(
  { machine, cluster }: StopPlaces,
  clock: Clock,
  say: (message: string) => void,
): StopWatch {
  const watches = [
    watchForStop([machine], { clock, say, everyMs: FILE_EVERY_MS }),
    ...(cluster === undefined ? [] : [watchForStop([cluster], { clock, say, everyMs: CLUSTER_EVERY_MS })]),
  ];
  return {
    signal: AbortSignal.any(watches.map(({ signal }) => signal)),
    end: async () => {
      await Promise.all(watches.map((watch) => watch.end()));
    },
  };
}
