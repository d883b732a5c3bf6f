import type { LedgerSpec } from '../ledger-spec.ts';
import type { SweepSpec } from '../platform.ts';
import type { ProbeSpec } from '../probe-spec.ts';

/** How clients of a platform on the lab are watched: its documents lie below `path`. */
interface Documents {
  /** For instance `/api/papers`. */
  readonly path: string;
  /** Of every request that the observers send. `{{id}}` makes each attempt another client's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Clients are led by a name: those who connect anew ask for it each time, the others keep it for its TTL. */
  readonly byName?: true;
}

/** Four streams: writes, reads, new connections, kept connections. `light` is a path that costs little. */
export function labProbes({ path, headers = {}, byName }: Documents, light: string): readonly ProbeSpec[] {
  return [
    {
      name: 'write',
      connection: 'pooled',
      request: {
        method: 'POST',
        path: `${path}/documents`,
        headers,
        json: { collection: '{{collection}}-probe', title: '{{id}}', body: 'probe' },
      },
      expectStatus: 201,
    },
    {
      name: 'read',
      connection: 'pooled',
      request: { method: 'GET', path: `${path}/search?q=failover`, headers },
      expectStatus: 200,
    },
    {
      name: 'fresh',
      connection: 'fresh',
      ...(byName === undefined ? {} : { keepsName: 'not at all' as const }),
      request: { method: 'GET', path: light, headers },
      expectStatus: 200,
    },
    {
      name: 'pooled',
      connection: 'pooled',
      request: { method: 'GET', path: light, headers },
      expectStatus: 200,
    },
  ];
}

/** Writes documents, and reads all of them back. */
export function labLedger({ path, headers = {} }: Documents): LedgerSpec {
  return {
    write: {
      method: 'POST',
      path: `${path}/documents`,
      headers,
      json: { collection: '{{collection}}', title: '{{id}}', body: '{{payload}}' },
    },
    acknowledged: [201],
    // 503 is answered, by the load balancer as well, only when a request was certainly not applied.
    rejected: [400, 401, 403, 404, 409, 422, 429, 503],
    read: {
      method: 'GET',
      path: `${path}/documents?collection={{collection}}&after={{cursor}}&limit=1000`,
      items: 'items',
      id: 'title',
      payload: 'body',
      next: 'next',
    },
    clear: { method: 'DELETE', path: `${path}/collections/{{collection}}` },
  };
}

/** Deletes what a run has left, below `path` (`/api/runs`). */
export function labSweep(path: string): SweepSpec {
  return {
    requests: [{ method: 'DELETE', path: `${path}/{{run}}` }],
    count: { method: 'GET', path: `${path}/{{run}}`, field: 'left' },
  };
}
