import type { PrometheusSettings } from '../platform/platform.ts';
import type { Clock } from '../time/clock.ts';
import { DeadlineExceeded, within } from '../time/deadline.ts';
import type { Answer, PrometheusError, Reading } from './reading.ts';
import { parseBuildInfo, parseFailure, parseReading, parseTargets, type TargetHealth } from './response.ts';
import { addressOf, type Address } from './secrets.ts';

/** Reads any server that speaks Prometheus' HTTP API. No method rejects but for the caller's own signal. */
export interface Prometheus {
  /** Evaluates a query at an instant; without one, now by the server's clock. */
  instant(query: string, atWallMs?: number, signal?: AbortSignal): Promise<Answer<Reading>>;
  /**
   * The samples of a selector as they were scraped, from a few scrapes before `fromWallMs`, so that the growth
   * across that edge is seen, until `toWallMs`.
   */
  rawSamples(
    selector: string,
    fromWallMs: number,
    toWallMs: number,
    signal?: AbortSignal,
  ): Promise<Answer<Reading>>;
  /** Health of the targets as the server sees it. Only Prometheus itself has this, not what is compatible. */
  targets(signal?: AbortSignal): Promise<Answer<readonly TargetHealth[]>>;
  buildInfo(signal?: AbortSignal): Promise<Answer<{ readonly version: string }>>;
}

export interface PrometheusOptions {
  /** For one call with all its attempts. */
  readonly timeoutMs?: number;
}

/** Scrapes that `rawSamples` reads before the span. */
export const SCRAPES_BEFORE = 3;

const ATTEMPTS = 3;
const PAUSE_MS = 150;
const TIMEOUT_MS = 10_000;

/** A client for the server that a platform names. Nothing is sent until it is asked. */
export function createPrometheus(
  settings: PrometheusSettings,
  clock: Clock,
  options: PrometheusOptions = {},
): Prometheus {
  const address = addressOf(settings.url, settings.headers ?? {});
  const headers = new Headers(settings.headers);
  if (address.authorization !== undefined && !headers.has('authorization')) {
    headers.set('authorization', address.authorization);
  }
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const where = `Prometheus at ${address.base.host}`;

  async function call<T>(
    path: string,
    form: Readonly<Record<string, string>> | undefined,
    parse: (body: unknown) => T,
    outer: AbortSignal | undefined,
  ): Promise<Answer<T>> {
    const url = endpoint(address, path);
    try {
      return await within(clock, timeoutMs, `${where}: the answer`, outer, (signal) =>
        attempts(async () => {
          const response = await fetch(url, {
            method: form === undefined ? 'GET' : 'POST',
            headers,
            redirect: 'manual',
            signal,
            ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
          });
          return understand(response.status, await response.text(), parse);
        }, signal),
      );
    } catch (error) {
      outer?.throwIfAborted();
      if (error instanceof DeadlineExceeded) {
        return fault('timed-out', `${where} did not answer within ${timeoutMs / 1000} s`);
      }
      return fault(
        'unreachable',
        `${where} cannot be reached (${causeOf(error)}). Is it up, and is the address right?`,
      );
    }
  }

  // Reads only: asking again changes nothing. Only a connection that broke is worth it.
  async function attempts<T>(once: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const deadline = clock.now() + timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        const pause = PAUSE_MS * attempt;
        if (attempt >= ATTEMPTS || signal.aborted || clock.now() + pause >= deadline) throw error;
        await clock.sleep(pause, signal);
      }
    }
  }

  function understand<T>(status: number, text: string, parse: (body: unknown) => T): Answer<T> {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return status === 200
        ? fault('malformed', `${where} answered something that is no JSON: ${excerpt(text)}`)
        : fault('refused-query', `${where} answered HTTP ${status}${hint(status)}: ${excerpt(text)}`);
    }
    const failure = parseFailure(body);
    if (failure !== undefined) {
      const kind = failure.errorType === 'timeout' ? 'timed-out' : 'refused-query';
      return fault(
        kind,
        `${where} refused the query (${failure.errorType}${hint(status)}): ${excerpt(failure.error)}`,
      );
    }
    if (status !== 200)
      return fault('refused-query', `${where} answered HTTP ${status}${hint(status)}: ${excerpt(text)}`);
    try {
      return { ok: true, value: parse(body) };
    } catch (error) {
      return fault(
        'malformed',
        `${where} gave an answer that cannot be understood: ${(error as Error).message}`,
      );
    }
  }

  function fault(kind: PrometheusError['kind'], message: string): { ok: false; error: PrometheusError } {
    return { ok: false, error: { kind, message: address.redact(message) } };
  }

  return {
    instant: (query, atWallMs, signal) =>
      call(
        'query',
        { query, ...(atWallMs === undefined ? {} : { time: seconds(atWallMs) }) },
        parseReading,
        signal,
      ),
    rawSamples: (selector, fromWallMs, toWallMs, signal) => {
      const before = SCRAPES_BEFORE * settings.scrapeIntervalSeconds * 1000;
      const range = Math.max(1, Math.ceil(toWallMs - fromWallMs + before));
      return call(
        'query',
        { query: `${selector}[${range}ms]`, time: seconds(toWallMs) },
        parseReading,
        signal,
      );
    },
    targets: (signal) => call('targets?state=active', undefined, parseTargets, signal),
    buildInfo: (signal) => call('status/buildinfo', undefined, parseBuildInfo, signal),
  };
}

function endpoint(address: Address, path: string): URL {
  const [name, query] = path.split('?');
  const url = new URL(address.base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${name}`;
  for (const [key, value] of new URLSearchParams(query)) url.searchParams.set(key, value);
  return url;
}

function seconds(wallMs: number): string {
  return (wallMs / 1000).toFixed(3);
}

function hint(status: number): string {
  if (status === 401 || status === 403) return ', check the credentials';
  if (status === 404) return ', check the path of its address';
  if (status >= 300 && status < 400) return ', which is a redirect: name the final address';
  return '';
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '(nothing)' : line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** The code of what went wrong underneath. Not its message, which may repeat the address. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.name : 'unknown reason';
}
