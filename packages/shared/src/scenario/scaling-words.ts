import type { Platform } from '../platform/platform.ts';

/**
 * What the document's own arithmetic asks of each autoscaler that goes by what a pod gets: `ceil(rate / average)` pods,
 * if all of the requests are for the pods that it scales. A sentence each; none where no rate is known.
 */
export function scalingWords(
  { autoscalers = {} }: Pick<Platform, 'autoscalers'>,
  requestsPerSecond: number | null,
): readonly string[] {
  if (requestsPerSecond === null) return [];
  // Beside others it gets a share, and all of it where traffic has been led to its pods.
  const beside = Object.keys(autoscalers).length > 1 ? ', if all are for its own' : '';
  return Object.values(autoscalers).flatMap(({ name, replicas: { least, most }, targets }) =>
    targets.flatMap((target) => {
      if ('resource' in target) return [];
      const asked = Math.ceil(requestsPerSecond / target.average);
      const pods = `${Math.round(requestsPerSecond)} requests/s at ${target.average} a pod ask ${name} for ${asked} pods${beside}`;
      const bounds = `of ${least} to ${most}`;
      if (asked > most) return [`${pods}, more than it may have: ${bounds}`];
      return [asked <= least ? `${pods}, ${bounds}: it need not scale up` : `${pods}, ${bounds}`];
    }),
  );
}
