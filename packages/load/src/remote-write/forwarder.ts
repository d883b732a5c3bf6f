import { readFile } from 'node:fs/promises';
import { Agent, request as askHttp } from 'node:http';
import { Agent as TlsAgent, request as askHttps } from 'node:https';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { RemoteWriteSettings } from '@ordeal/shared/platform/platform';
import { addressOf } from '@ordeal/shared/prometheus/address';
import { requestHeaders } from '@ordeal/shared/prometheus/request-headers';
import { createRedactor } from '@ordeal/shared/prometheus/secrets';
import { reasonOf } from '@ordeal/shared/reason-of';

/** So many pushes wait for a server that is slow or away; older ones are left out. */
const MOST_WAITING = 120;
const ANSWER_WITHIN_MS = 5000;
const TRY_AGAIN_MS = 1000;
/** How long the load's end waits for what has not been taken yet. */
const LAST_WITHIN_MS = 5000;

/** Sends pushes on to another server, in their order, and never holds the load up. */
export interface Forwarder {
  /** Takes a push as it came. */
  push(body: Buffer): void;
  /** Gives what still waits a last chance, and says in the journal what was not taken. */
  close(): Promise<void>;
}

/**
 * Sends what k6 pushes on to a server that takes remote write. What the server refuses is left out; while it is away,
 * pushes wait, and the oldest are left out first. The run's own figures do not depend on it: it warns, and that is all.
 */
export function createForwarder(
  settings: RemoteWriteSettings,
  { journal, clock }: Pick<RunContext, 'journal' | 'clock'>,
): Forwarder {
  const address = addressOf(settings.url);
  const redactor = createRedactor();
  redactor.learn(address.secrets);
  const headersOf = requestHeaders(settings, address, redactor);
  const waiting: Buffer[] = [];
  const over = new AbortController();
  const shown = `${address.base.host}${address.base.pathname}`;
  let lost = 0;
  let working: Promise<void> | undefined;
  let agent: Agent | undefined;
  let warned = false;

  const warn = (message: string): void => {
    if (warned) return;
    warned = true;
    journal.append({ type: 'warning', message: redactor.redact(message) });
  };

  /** Status of the answer. */
  const send = async (body: Buffer): Promise<number> => {
    const isSecure = address.base.protocol === 'https:';
    const { tls } = settings;
    agent ??= isSecure
      ? new TlsAgent({ keepAlive: true, ...(tls === undefined ? {} : { ca: await readFile(tls.caFile) }) })
      : new Agent({ keepAlive: true });
    const headers = {
      ...(await headersOf()),
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'content-length': String(body.length),
      'x-prometheus-remote-write-version': '0.1.0',
    };
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const ask = isSecure ? askHttps : askHttp;
    return new Promise((resolve, reject) => {
      ask(address.base, { method: 'POST', agent, headers, signal }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0)).once('error', reject);
      })
        .once('error', reject)
        .end(body);
    });
  };

  const work = async (): Promise<void> => {
    for (let body = waiting[0]; body !== undefined && !over.signal.aborted; body = waiting[0]) {
      let problem: string | undefined;
      try {
        const status = await send(body);
        const mayPass = status === 429 || status >= 500;
        if (status < 200 || status > 299) problem = `it answers with status ${status}`;
        if (!mayPass) {
          if (waiting[0] === body) waiting.shift();
          if (problem !== undefined) lost += 1;
        }
        if (problem !== undefined) warn(`${shown} does not take the client's measurements: ${problem}`);
        if (!mayPass) continue;
      } catch (error) {
        if (over.signal.aborted) return;
        warn(`the client's measurements could not be sent to ${shown}: ${reasonOf(error)}`);
      }
      await clock.sleep(TRY_AGAIN_MS, over.signal).catch(() => undefined);
    }
  };

  const wake = (): void => {
    working ??= work().finally(() => (working = undefined));
  };

  return {
    push(body) {
      waiting.push(body);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        lost += 1;
      }
      wake();
    },
    async close() {
      const ending = new AbortController();
      const patience = clock.sleep(LAST_WITHIN_MS, ending.signal).catch(() => undefined);
      await Promise.race([working ?? Promise.resolve(), patience]);
      ending.abort();
      over.abort();
      agent?.destroy();
      lost += waiting.length;
      if (lost === 0) return;
      const message = `${lost} of the client's reports did not reach ${shown}; the run's own figures hold them all`;
      journal.append({ type: 'warning', message });
    },
  };
}
