import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { chooseCluster } from '@ordeal/shared/kubernetes/kubeconfig';
import { askHttp, jsonOf, type HttpAnswer, type HttpQuestion } from '../http.ts';
import type { KubernetesAccess } from './access.ts';

/** The Kubernetes API of one cluster. Every call has a deadline of its own, and rejects with what the server said. */
export interface KubernetesApi {
  get(path: string, context: DriverContext): Promise<KubernetesObject>;
  /** Undefined when there is no such object. */
  find(path: string, context: DriverContext): Promise<KubernetesObject | undefined>;
  /**
   * A merge patch. With `metadata.resourceVersion` in it, it is refused when the object has changed since: the
   * answer is then undefined, and the caller looks again.
   */
  patch(path: string, body: object, context: DriverContext): Promise<KubernetesObject | undefined>;
}

/** An object as the API gives it. Everything in it may be missing. */
export interface KubernetesObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    /** Who has written which fields. */
    readonly managedFields?: readonly unknown[];
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly items?: readonly KubernetesObject[];
}

/** Under which name the API server notes what was changed from here. */
export const fieldManager = 'ordeal';

const answerMs = 5000;
type Connection = Pick<HttpQuestion, 'headers' | 'tls'> & { readonly server: string };

/**
 * Connects with a kubeconfig, at the first call. When the access names the UID of the namespace `kube-system`,
 * another cluster is refused before anything is asked of it.
 */
export function kubernetesApi(access: KubernetesAccess): KubernetesApi {
  let checked: Promise<void> | undefined;
  const ask = async (
    question: { readonly method: 'GET' | 'PATCH'; readonly path: string; readonly body?: object },
    context: DriverContext,
  ): Promise<HttpAnswer> => {
    const { server, headers, tls } = await connectionOf(access);
    return await askHttp(
      {
        method: question.method,
        url: server.replace(/\/+$/, '') + question.path,
        timeoutMs: answerMs,
        ...(question.body === undefined ? {} : { body: question.body }),
        headers: {
          ...headers,
          accept: 'application/json',
          ...(question.method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}),
        },
        ...(tls === undefined ? {} : { tls }),
      },
      context,
    );
  };
  const mustBeOurs = async (context: DriverContext): Promise<void> => {
    const answer = await ask({ method: 'GET', path: '/api/v1/namespaces/kube-system' }, context);
    const uid = objectIn('GET', '/api/v1/namespaces/kube-system', answer).metadata?.uid;
    if (uid !== access.clusterUid) {
      throw new Error(
        `expected the cluster whose namespace kube-system has the UID ${access.clusterUid}, found ${uid ?? 'none'}: ` +
          'this is another cluster, and nothing was touched',
      );
    }
  };
  const checkedAsk: typeof ask = async (question, context) => {
    if (access.clusterUid !== undefined) {
      checked ??= mustBeOurs(context);
      await checked.catch((error: unknown) => {
        // Asked again next time: the cluster may only have been out of reach.
        checked = undefined;
        throw error;
      });
    }
    return await ask(question, context);
  };
  return {
    get: async (path, context) => objectIn('GET', path, await checkedAsk({ method: 'GET', path }, context)),
    find: async (path, context) => {
      const answer = await checkedAsk({ method: 'GET', path }, context);
      return answer.status === 404 ? undefined : objectIn('GET', path, answer);
    },
    patch: async (path, body, context) => {
      const answer = await checkedAsk(
        { method: 'PATCH', path: `${path}?fieldValidation=Strict&fieldManager=${fieldManager}`, body },
        context,
      );
      return answer.status === 409 ? undefined : objectIn('PATCH', path, answer);
    },
  };
}

function objectIn(method: string, path: string, answer: HttpAnswer): KubernetesObject {
  const value = jsonOf(answer);
  if (answer.status >= 200 && answer.status < 300 && typeof value === 'object' && value !== null)
    return value;
  const said = (value as { message?: unknown } | undefined)?.message;
  throw new Error(
    `${method} ${path}: ${answer.status} ${typeof said === 'string' ? said : answer.text.slice(0, 200)}`,
  );
}

async function connectionOf(access: KubernetesAccess): Promise<Connection> {
  // It takes a third of a second to load, so only those wait for it who talk to a cluster.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const server = chooseCluster(config, access);
  const options: {
    headers?: Record<string, unknown>;
    ca?: unknown;
    cert?: unknown;
    key?: unknown;
    rejectUnauthorized?: boolean;
  } = {};
  await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]);
  const pem = (name: 'ca' | 'cert' | 'key'): Record<string, string> =>
    options[name] === undefined || options[name] === null ? {} : { [name]: String(options[name]) };
  return {
    server,
    headers: Object.fromEntries(headers) as Record<string, string>,
    tls: {
      ...pem('ca'),
      ...pem('cert'),
      ...pem('key'),
      ...(options.rejectUnauthorized === false ? { rejectUnauthorized: false } : {}),
    },
  };
}
