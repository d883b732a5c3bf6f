import type { PrometheusSettings } from '../platform/platform.ts';
import type { Clock } from '../time/clock.ts';
import { DeadlineExceeded, within } from '../time/deadline.ts';
import { addressOf, endpointOf } from './address.ts';
import { parseAlertRules, type AlertRule } from './alert-rules.ts';
import { fault, isRefusal, understand, type Parse } from './answer.ts';
import { withAttempts } from './attempts.ts';
import { CannotAsk, codeOf } from './cannot-ask.ts';
import { createConnection, TooLong, UnreadableBody, type Exchange } from './connection.ts';
import { decodeReading } from './decode-reading.ts';
import type { Answer, Reading } from './reading.ts';
import { requestHeaders } from './request-headers.ts';
import { parseBuildInfo, parseClock, parseStartedAt, parseTargets, type TargetHealth } from './response.ts';
import type { SampleBlocks } from './sample-blocks.ts';
import { createRedactor } from './secrets.ts';
import { isExport, withoutStaleMarks } from './victoria-metrics.ts';

/** Reads any server that speaks Prometheus' HTTP API. No method rejects but for the caller's own signal. */
export interface Prometheus {
  /** Evaluates a query at an instant; without one, now by the server's clock. */
  instant(query: string, atWallMs?: number, signal?: AbortSignal): Promise<Answer<Reading>>;
  /** Evaluates a query at `fromWallMs` and every `stepMs` after it, until `toWallMs`. */
  range(
    query: string,
    fromWallMs: number,
    toWallMs: number,
    stepMs: number,
    signal?: AbortSignal,
  ): Promise<Answer<Reading>>;
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
  /** All alerting rules that it evaluates, or that its rulers do. */
  alertRules(signal?: AbortSignal): Promise<Answer<readonly AlertRule[]>>;
  buildInfo(signal?: AbortSignal): Promise<Answer<{ readonly version: string }>>;
  /** When its process started, by its own wall clock (ms). Only Prometheus itself has this. */
  startedAt(signal?: AbortSignal): Promise<Answer<number>>;
  /** What its clock shows. */
  clock(signal?: AbortSignal): Promise<Answer<ServerClock>>;
}

/** A server's clock, which it read at some moment between the two others. */
export interface ServerClock {
  /** Whole milliseconds: up to one may have passed since. */
  readonly serverWallMs: number;
  /** Monotonic milliseconds of the asking side. */
  readonly sentMonotonic: number;
  readonly receivedMonotonic: number;
}

export interface PrometheusOptions {
  /** For one call with all its attempts; comes before the settings' own. */
  readonly timeoutMs?: number;
  /** Length that an answer may have. By default, room for the samples that one read may have. */
  readonly mostBytes?: number;
}

/** Scrapes that `rawSamples` reads before the span. */
export const SCRAPES_BEFORE = 3;

/** Points of a series that Prometheus answers a range query with. */
const MOST_POINTS = 11_000;

const TIMEOUT_MS = 10_000;
const SAMPLES_PER_READ = 2_000_000;
/** A sample takes about 30 in an answer. */
const BYTES_PER_SAMPLE = 64;
const LEAST_BYTES = 16 * 1024 * 1024;
/** What one string can hold. */
const MOST_BYTES = 500_000_000;

/**
 * Sent with every query unless the settings say otherwise; each is heeded by one server and ignored by the others.
 * Thanos: half an answer is an error, and downsampled data is not read. VictoriaMetrics: instants are not moved to
 * where its cache wants them, and the last half minute is answered with what is there, not with what was before.
 */
const PARAMETERS = {
  partial_response: 'false',
  max_source_resolution: '0s',
  nocache: '1',
  latency_offset: '1ms',
};

type Form = Readonly<Record<string, string>>;

/**
 * A client for the server that a platform names. Nothing is sent until it is asked. Throws when the settings cannot
 * be used at all, in a sentence without secrets.
 */
export function createPrometheus(
  settings: PrometheusSettings,
  clock: Clock,
  options: PrometheusOptions = {},
): Prometheus {
  const timeoutMs = options.timeoutMs ?? (settings.timeoutSeconds ?? TIMEOUT_MS / 1000) * 1000;
  const mostBytes = options.mostBytes ?? bytesFor(settings.limits?.samplesPerRead ?? SAMPLES_PER_READ);
  const parameters = { ...PARAMETERS, ...settings.parameters };
  const address = addressOf(settings.url);
  const where = `Prometheus at ${address.base.host}`;
  const redactor = createRedactor();
  redactor.learn([...address.secrets, ...Object.values(settings.parameters ?? {})]);
  const headersOf = requestHeaders(settings, address, redactor);
  const caFile = settings.tls?.caFile;
  const connection = createConnection(clock, { mostBytes, ...(caFile === undefined ? {} : { caFile }) });
  const quote = (text: string): string => excerpt(redactor.redact(text.slice(0, MOST_QUOTED_FROM)));
  // What the server says in sentences goes into records, as its samples do: it may repeat what it was sent.
  const clean = (reading: Reading): Reading => ({
    ...reading,
    warnings: reading.warnings.map(redactor.redact),
    ...(reading.infos === undefined ? {} : { infos: reading.infos.map(redactor.redact) }),
  });
  const cleanError = <T extends { readonly lastError: string }>(one: T): T => ({
    ...one,
    lastError: redactor.redact(one.lastError),
  });

  async function call<T>(
    path: string,
    search: Form,
    form: Form | undefined,
    parse: Parse<T>,
    outer: AbortSignal | undefined,
  ): Promise<Answer<T>> {
    const url = endpointOf(address, path, search);
    const deadline = clock.now() + timeoutMs;
    try {
      return await within(clock, timeoutMs, `${where}: the answer`, outer, async (signal) => {
        const once = async (): Promise<Exchange> => {
          const headers = await headersOf();
          return connection({ url, headers, ...(form === undefined ? {} : { form }) }, signal);
        };
        const { exchange, attempts } = await withAttempts(once, {
          clock,
          deadline,
          signal,
          isFinal: isRefusal,
        });
        return understand(exchange, { where, attempts, parse, quote });
      });
    } catch (error) {
      outer?.throwIfAborted();
      return noAnswer(error);
    }
  }

  function noAnswer(error: unknown): Answer<never> {
    if (error instanceof DeadlineExceeded) {
      return fault('timed-out', `${where} did not answer within ${timeoutMs / 1000} s`);
    }
    if (error instanceof CannotAsk) return fault('unreachable', `${where} was not asked: ${error.message}`);
    if (error instanceof TooLong) {
      const most = `${(mostBytes / 1e6).toFixed(mostBytes < 1e7 ? 1 : 0)} MB`;
      return fault(
        'refused-query',
        `${where} gave an answer longer than ${most}, which is not read any further: select less at once`,
      );
    }
    if (error instanceof UnreadableBody) {
      return fault('malformed', `${where} gave an answer that cannot be read: ${error.message}`);
    }
    const code = codeOf(error);
    return fault('unreachable', `${where} cannot be reached (${code}). ${adviceOn(code)}`);
  }

  function query(name: string, form: Form, signal: AbortSignal | undefined): Promise<Answer<Reading>> {
    return call(name, {}, formOf(form), (body, _, blocks) => clean(decodeReading(body, blocks)), signal);
  }

  function formOf(own: Form): Form {
    return { ...parameters, ...own, timeout: `${Math.max(1, Math.round(timeoutMs))}ms` };
  }

  return {
    instant: (text, atWallMs, signal) =>
      query('query', { query: text, ...(atWallMs === undefined ? {} : { time: seconds(atWallMs) }) }, signal),
    range: async (text, fromWallMs, toWallMs, stepMs, signal) => {
      const problem = problemOfGrid(fromWallMs, toWallMs, stepMs);
      if (problem !== undefined) return fault('refused-query', `${where} was not asked: ${problem}`);
      const grid = { start: seconds(fromWallMs), end: seconds(toWallMs), step: seconds(stepMs) };
      return query('query_range', { query: text, ...grid }, signal);
    },
    rawSamples: (selector, fromWallMs, toWallMs, signal) => {
      const before = SCRAPES_BEFORE * settings.scrapeIntervalSeconds * 1000;
      const range = Math.max(1, Math.ceil(toWallMs - fromWallMs + before));
      const form = formOf({ query: `${selector}[${range}ms]`, time: seconds(toWallMs) });
      return call('query', {}, form, (...answer) => clean(rawReading(...answer)), signal);
    },
    targets: (signal) => {
      const parse = (body: unknown) => parseTargets(body).map(cleanError);
      return call('targets', { state: 'active' }, undefined, parse, signal);
    },
    alertRules: (signal) => {
      const parse = (body: unknown) => parseAlertRules(body).map(cleanError);
      return call('rules', { ...parameters, type: 'alert' }, undefined, parse, signal);
    },
    buildInfo: (signal) => call('status/buildinfo', {}, undefined, parseBuildInfo, signal),
    startedAt: (signal) => call('status/runtimeinfo', {}, undefined, parseStartedAt, signal),
    clock: async (signal) => {
      const ask = (text: string) => call('query', {}, formOf({ query: text }), clockOf, signal);
      const answer = await ask('time()');
      if (!answer.ok) return answer;
      // VictoriaMetrics cuts the time of a query to whole seconds. It alone has a function that does not.
      const exact = answer.value.isVector ? await ask('now()') : answer;
      if (!exact.ok) return exact;
      const { isVector: _, ...value } = exact.value;
      return { ok: true, value };
    },
  };
}

function rawReading(body: unknown, exchange: Exchange, blocks: SampleBlocks): Reading {
  const reading = decodeReading(body, blocks);
  return isExport(exchange) ? withoutStaleMarks(reading) : reading;
}

function clockOf(body: unknown, { sentAt, receivedAt }: Exchange) {
  const { wallMs, isVector } = parseClock(body);
  return { serverWallMs: wallMs, sentMonotonic: sentAt, receivedMonotonic: receivedAt, isVector };
}

function bytesFor(samples: number): number {
  return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, samples * BYTES_PER_SAMPLE));
}

function problemOfGrid(fromWallMs: number, toWallMs: number, stepMs: number): string | undefined {
  if (!(stepMs >= 1) || !(toWallMs >= fromWallMs)) {
    return 'a range needs a step of at least a millisecond, and an end that is not before its start';
  }
  const points = Math.floor((toWallMs - fromWallMs) / stepMs) + 1;
  if (points <= MOST_POINTS) return undefined;
  return (
    `a step of ${stepMs / 1000} s makes ${points} points a series, and servers answer at most ${MOST_POINTS}: ` +
    `take a longer step or a shorter range`
  );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function adviceOn(code: string): string {
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/.test(code)) {
    return 'Its certificate is not trusted for that name: an authority of your own goes into tls.caFile';
  }
  if (code === 'EPROTO' || code.startsWith('HPE_')) return 'Is it http or https, and is the port right?';
  return 'Is it up, and is the address right?';
}

const LONGEST_QUOTE = 200;
/** Secrets are looked for in so much of what is quoted from. */
const MOST_QUOTED_FROM = 65_536;

function excerpt(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return '(nothing)';
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
