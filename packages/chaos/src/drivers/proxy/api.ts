import { z } from 'zod';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import type { NamedToxic } from './config.ts';

/** Nobody listens on the API's address: the operating system refused the connection. */
export class ToxiproxyGone extends Error {}

/** Toxiproxy answered, and knows no such proxy. */
export class NoSuchProxy extends Error {}

const proxySchema = z.object({
  enabled: z.boolean(),
  listen: z.string(),
  upstream: z.string(),
  toxics: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      stream: z.string(),
      toxicity: z.number(),
      attributes: z.record(z.string(), z.unknown()),
    }),
  ),
});

export type ProxyState = z.infer<typeof proxySchema>;

const ANSWER_WITHIN_MS = 3_000;

/** The part of Toxiproxy's HTTP API that is needed here. */
export class ToxiproxyApi {
  readonly #base: string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(base: string, clock: Clock, signal: AbortSignal) {
    this.#base = base.replace(/\/+$/, '');
    this.#clock = clock;
    this.#signal = signal;
  }

  async read(proxy: string): Promise<ProxyState> {
    const { status, text } = await this.#send('GET', `/proxies/${encodeURIComponent(proxy)}`);
    if (status === 404 && saysNotFound(text, 'proxy')) {
      throw new NoSuchProxy(`Toxiproxy at ${this.#base} has no proxy "${proxy}".`);
    }
    const parsed = proxySchema.safeParse(status === 200 ? json(text) : undefined);
    if (!parsed.success) throw this.#unexpected(`the state of proxy "${proxy}"`, status, text);
    return parsed.data;
  }

  /** Adds a toxic; that it is there already is no error. */
  async add(proxy: string, toxic: NamedToxic): Promise<void> {
    const { status, text } = await this.#send('POST', `/proxies/${encodeURIComponent(proxy)}/toxics`, toxic);
    if (status === 404 && saysNotFound(text, 'proxy')) {
      throw new NoSuchProxy(`Toxiproxy at ${this.#base} has no proxy "${proxy}".`);
    }
    if (status !== 200 && status !== 409)
      throw this.#unexpected(`toxic "${toxic.name}" on "${proxy}"`, status, text);
  }

  /** Removes a toxic; that it is not there is no error. */
  async remove(proxy: string, toxic: string): Promise<void> {
    const path = `/proxies/${encodeURIComponent(proxy)}/toxics/${encodeURIComponent(toxic)}`;
    const { status, text } = await this.#send('DELETE', path);
    const gone = status === 404 && (saysNotFound(text, 'toxic') || saysNotFound(text, 'proxy'));
    if (status !== 204 && !gone)
      throw this.#unexpected(`removal of "${toxic}" from "${proxy}"`, status, text);
  }

  async enable(proxy: string, enabled: boolean): Promise<void> {
    const { status, text } = await this.#send('POST', `/proxies/${encodeURIComponent(proxy)}`, { enabled });
    if (status === 404 && saysNotFound(text, 'proxy')) {
      throw new NoSuchProxy(`Toxiproxy at ${this.#base} has no proxy "${proxy}".`);
    }
    if (status !== 200)
      throw this.#unexpected(`"${proxy}" ${enabled ? 'enabled' : 'disabled'}`, status, text);
  }

  async #send(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    try {
      return await within(this.#clock, ANSWER_WITHIN_MS, 'Its answer', this.#signal, async (signal) => {
        const response = await fetch(`${this.#base}${path}`, {
          method,
          signal,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        return { status: response.status, text: await response.text() };
      });
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      if (isRefused(error)) {
        throw new ToxiproxyGone(`Toxiproxy at ${this.#base} refuses connections: it does not run.`, {
          cause: error,
        });
      }
      throw new Error(
        `Toxiproxy at ${this.#base} gives no answer to ${method} ${path} (${reasonOf(error)}); check its address and that it runs.`,
        { cause: error },
      );
    }
  }

  #unexpected(expected: string, status: number, text: string): Error {
    return new Error(
      `Expected ${expected} from ${this.#base}, but it answered ${status}: ${text.trim().slice(0, 200)}. Is that address Toxiproxy's API?`,
    );
  }
}

/** Any server may answer 404; only Toxiproxy says what it did not find. */
function saysNotFound(text: string, what: 'proxy' | 'toxic'): boolean {
  const body = json(text);
  return (
    typeof body === 'object' && body !== null && (body as { error?: unknown }).error === `${what} not found`
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.every((one) => codeOf(one) === 'ECONNREFUSED');
  return codeOf(cause) === 'ECONNREFUSED';
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
