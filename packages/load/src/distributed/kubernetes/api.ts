import { request as requestPlain } from 'node:http';
import { request as requestSecure, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { chooseCluster } from '@ordeal/shared/kubernetes/kubeconfig';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import { ApiError } from './api-error.ts';

/** How a cluster is reached. */
export interface ClusterAccess {
  /** Path of a kubeconfig. Without it: as `kubectl` finds one, or the service account of the pod we run in. */
  readonly kubeconfig?: string | undefined;
  /** Name of a context in it. Without it: the current one. */
  readonly context?: string | undefined;
}

/** One call. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query, for instance `/api/v1/namespaces/load/pods?limit=1`. */
  readonly path: string;
  readonly body?: unknown;
  /** What is done, for people: `creating TestRun load/ordeal-1`. */
  readonly what: string;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection to one cluster. Each call has a deadline of its own, and rejects with an `ApiError` or the signal's reason. */
export interface KubernetesApi {
  readonly context: string;
  readonly server: string;
  /** The body of the answer, from JSON. */
  call<T>(call: ApiCall): Promise<T>;
  /** The body of the answer as it came. */
  text(call: ApiCall): Promise<string>;
}

const ANSWER_WITHIN_MS = 10_000;
/** A log or a list is no longer than this. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Reads the kubeconfig. Talks to nobody yet; rejects when the file or the context is not there. The client's library,
 * which is large, is loaded here and nowhere else: it knows how to sign in, and nothing more is asked of it.
 */
export async function connect(access: ClusterAccess, clock: Clock): Promise<KubernetesApi> {
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  const server = chooseCluster(config, access);
  const text = async (call: ApiCall): Promise<string> => {
    try {
      return await within(clock, ANSWER_WITHIN_MS, 'An answer', call.signal, (signal) =>
        send(config, server, call, signal),
      );
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof ApiError) throw error;
      throw new ApiError(`${call.what}: ${chainOf(error)}`, undefined, { cause: error });
    }
  };
  return {
    context: config.getCurrentContext(),
    server,
    text,
    call: async <T>(call: ApiCall) => JSON.parse(await text(call)) as T,
  };
}

async function send(config: KubeConfig, server: string, call: ApiCall, signal: AbortSignal): Promise<string> {
  const url = new URL(server.replace(/\/$/, '') + call.path);
  const options: RequestOptions = { method: call.method, headers: { accept: 'application/json, */*' } };
  await config.applyToHTTPSOptions(options);
  options.signal = signal;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  if (body !== undefined) {
    options.headers = {
      ...options.headers,
      'content-type': 'application/json',
      // Of a DELETE's body Node does not say the length by itself, and the server would not read it.
      'content-length': Buffer.byteLength(body),
    };
  }
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = (url.protocol === 'http:' ? requestPlain : requestSecure)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) response.destroy(new Error(`The answer is longer than ${MOST_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.once('error', reject);
    request.end(body);
  });
  if (status >= 200 && status < 300) return text;
  const { message, details } = statusIn(text);
  const why =
    status === 401 ? 'the cluster does not accept our credentials' : (message ?? text.trim().slice(0, 200));
  throw new ApiError(`${call.what}: ${why} (${status})`, status, {
    isGone:
      status === 404 && details?.name !== undefined && details.name !== '' && details.kind !== 'namespaces',
  });
}

/** The part of the API's `Status` that is read here. */
interface Status {
  readonly message?: string;
  readonly details?: { readonly name?: string; readonly kind?: string };
}

function statusIn(text: string): Status {
  try {
    const value: unknown = JSON.parse(text);
    const isStatus =
      typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
    return isStatus ? (value as Status) : {};
  } catch {
    // It is the answer of something in between.
    return {};
  }
}

function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  return [error.message, ...inner.map(chainOf)].filter((one) => one !== '').join(': ');
}
