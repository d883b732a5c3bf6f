import { setImmediate } from 'node:timers/promises';
import type { HttpResponse } from '@ordeal/shared/journey/http';
import type { Journey, JourneyContext } from '@ordeal/shared/journey/journey';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';

/** A journey that asks for more than this is waiting for something that a rehearsal cannot give. */
const MOST_REQUESTS = 50;
const DEADLINE_MS = 1000;

/**
 * Requests that an iteration makes, on average over the journeys by their weights. Each journey is gone through
 * once with made-up answers of the expected status: nothing is sent. Null when one of them cannot be rehearsed.
 */
export async function requestsPerIteration(
  platform: Platform,
  journeys: Readonly<Record<string, Journey>>,
  clock: Clock,
): Promise<number | null> {
  let requests = 0;
  let weights = 0;
  for (const [name, { weight }] of Object.entries(platform.journeys)) {
    if (weight === 0) continue;
    const journey = journeys[name];
    const counted = journey === undefined ? null : await rehearse(journey, clock);
    if (counted === null) return null;
    requests += weight * counted;
    weights += weight;
  }
  return weights === 0 ? null : requests / weights;
}

async function rehearse(journey: Journey, clock: Clock): Promise<number | null> {
  let requests = 0;
  let over = false;
  // Giving way each time lets the deadline come also to a journey that asks for ever. It then never goes on.
  const turn = async (): Promise<void> => {
    await setImmediate();
    if (over) await new Promise<never>(() => {});
  };
  const context = {
    run: 'rehearsal',
    id: 'rehearsal-0-0',
    tenant: 'rehearsal',
    request: async (_name: string, { expect }: { readonly expect?: number | readonly number[] }) => {
      requests += 1;
      if (requests > MOST_REQUESTS) over = true;
      await turn();
      return madeUp(typeof expect === 'number' ? expect : (expect?.[0] ?? 200));
    },
    check: async (_name: string, held: boolean) => {
      await turn();
      return held;
    },
    think: turn,
    data: anything,
    secret: () => 'rehearsal',
    cookie: () => 'rehearsal',
    // What would be said on a socket is not known.
    socket: async () => {
      over = true;
      await turn();
    },
  } as unknown as JourneyContext;
  try {
    await within(clock, DEADLINE_MS, 'The rehearsal', undefined, () => journey.run(context));
    // An iteration that sends nothing would be no journey.
    return requests > 0 ? requests : null;
  } catch {
    over = true;
    return null;
  }
}

function madeUp(status: number): HttpResponse {
  return {
    status,
    headers: {},
    text: '',
    durationMs: 1,
    json: <T>() => anything() as T,
  } as unknown as HttpResponse;
}

/** A value that has every field, can be called, counted and written: whatever a journey looks for is there. */
function anything(): unknown {
  return new Proxy(() => undefined, {
    get: (_target, key) => {
      // What has `then` would be waited for.
      if (key === 'then') return undefined;
      if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? 1 : 'rehearsal');
      if (key === Symbol.iterator) return () => [anything()][Symbol.iterator]();
      return anything();
    },
    apply: () => anything(),
    has: () => true,
  });
}
