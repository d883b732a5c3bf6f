import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { decodeReading } from './decode-reading.ts';
import { isObject, unexpected } from './expected.ts';
import { numberOf } from './reading.ts';
import { shaped } from './shape.ts';
import { wallMsOf } from './wall-time.ts';

const failure = lazily(() =>
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
);

const targets = lazily(() =>
  z.object({
    status: z.literal('success'),
    data: z.object({
      activeTargets: z.array(
        z.object({
          labels: z.record(z.string(), z.string()),
          health: z.enum(['up', 'down', 'unknown']),
          lastError: z.string(),
          lastScrape: z.string(),
          scrapeInterval: z.string().optional(),
        }),
      ),
    }),
  }),
);

const buildInfo = lazily(() =>
  z.object({ status: z.literal('success'), data: z.object({ version: z.string() }) }),
);

const runtimeInfo = lazily(() =>
  z.object({ status: z.literal('success'), data: z.object({ startTime: z.string() }) }),
);

/** One target that Prometheus scrapes. */
export interface TargetHealth {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** ISO time; the year 1 when it was never scraped. */
  readonly lastScrape: string;
  /** A duration as Prometheus writes it; absent where the server does not tell. */
  readonly scrapeInterval?: string | undefined;
}

export function parseTargets(body: unknown): readonly TargetHealth[] {
  return shaped(targets(), body).data.activeTargets;
}

export function parseBuildInfo(body: unknown): { readonly version: string } {
  return shaped(buildInfo(), body).data;
}

/** When the server's process started, wall-clock milliseconds. */
export function parseStartedAt(body: unknown): number {
  const { startTime } = shaped(runtimeInfo(), body).data;
  const at = wallMsOf(startTime);
  if (typeof at !== 'number') throw unexpected('data.startTime', 'a time', startTime);
  return at;
}

/** A server's clock, wall-clock milliseconds, from its answer to a query for the time. */
export interface ClockReading {
  readonly wallMs: number;
  /** It came as a vector, as MetricsQL has no scalars. */
  readonly isVector: boolean;
}

export function parseClock(body: unknown): ClockReading {
  const { series, warnings } = decodeReading(body);
  const [only] = series;
  const [sample] = only?.samples ?? [];
  if (series.length !== 1 || sample === undefined || warnings.length > 0) {
    throw unexpected('data.result', 'one value', series);
  }
  const seconds = numberOf(sample[1]);
  if (!(seconds > 0) || seconds === Infinity) throw unexpected('data.result', 'a time', sample[1]);
  return { wallMs: Math.floor(seconds * 1000 + ROUNDING), isVector: isVector(body) };
}

/** Whole milliseconds come as a fraction of seconds, which a float holds only nearly. */
const ROUNDING = 0.001;

function isVector(body: unknown): boolean {
  return isObject(body) && isObject(body['data']) && body['data']['resultType'] === 'vector';
}

/** What the API says of its own failure; undefined when the body is no such thing. */
export function parseFailure(
  body: unknown,
): { readonly errorType: string; readonly error: string } | undefined {
  const parsed = failure().safeParse(body);
  return parsed.success ? parsed.data : undefined;
}
