import type { Platform } from '@ordeal/shared/platform/platform';
import { checkForStop, FIRST_ANSWER_WITHIN_MS } from '@ordeal/shared/stop/look';
import { allPlaces, stopPlaces } from '../stop/sources.ts';
import { watchPlaces } from '../stop/watch.ts';
import { leasePlatform, type LeaseRequest } from './platform-lease.ts';

/** Whether a run may begin, and go on. */
export type Permission =
  | {
      readonly granted: true;
      /** Aborted when it may not go on: by an emergency stop, or a lease that was lost. */
      readonly signal: AbortSignal;
      end(): Promise<void>;
    }
  | { readonly granted: false; readonly reasons: readonly string[] };

export interface PermissionRequest extends LeaseRequest {
  readonly platform: Platform;
  /** Whether it breaks something: then it does not begin, nor go on, where a stop could not reach it. */
  readonly breaks: boolean;
}

/** No emergency stop stands, and the lease on the platform is this run's. */
export async function askPermission(request: PermissionRequest): Promise<Permission> {
  const { platform, clock, say } = request;
  const places = stopPlaces(platform, request.breaks ? 'hold' : 'go-on', clock);
  const stop = await checkForStop(allPlaces(places), { clock, answerWithinMs: FIRST_ANSWER_WITHIN_MS });
  for (const warning of stop.warnings) say(warning);
  if (stop.refusals.length > 0) return { granted: false, reasons: stop.refusals };
  const lease = await leasePlatform(request);
  if (!lease.taken) return { granted: false, reasons: [lease.reason] };
  const watch = watchPlaces(places, clock, say);
  return {
    granted: true,
    signal: AbortSignal.any([watch.signal, lease.signal]),
    end: async () => {
      await Promise.all([watch.end(), lease.release()]);
    },
  };
}
