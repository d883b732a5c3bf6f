import type { Platform } from '@ordeal/shared/platform/platform';
import { checkForStop, FIRST_ANSWER_WITHIN_MS } from '@ordeal/shared/stop/look';
import { allPlaces, stopPlaces } from '../stop/sources.ts';
import { watchPlaces } from '../stop/watch.ts';
import { leaseBesideOthers, leasePlatform, type LeaseRequest } from './platform-lease.ts';

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
  /**
   * What it does to the platform. One that breaks something does not begin, nor go on, where a stop could not reach it; one
   * that only asks, and deletes what is its own alone, goes on beside another one.
   */
  readonly does: 'asks' | 'loads' | 'breaks';
}

/** No emergency stop stands, and the lease on the platform is this run's, where it does more than ask. */
export async function askPermission(request: PermissionRequest): Promise<Permission> {
  const { platform, clock, say } = request;
  const places = stopPlaces(platform, request.does === 'breaks' ? 'hold' : 'go-on', clock);
  const stop = await checkForStop(allPlaces(places), { clock, answerWithinMs: FIRST_ANSWER_WITHIN_MS });
  for (const warning of stop.warnings) say(warning);
  if (stop.refusals.length > 0) return { granted: false, reasons: stop.refusals };
  const lease = await (request.does === 'asks' ? leaseBesideOthers(request) : leasePlatform(request));
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
