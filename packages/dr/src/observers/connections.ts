import type { LookupFunction } from 'node:net';
import { Client } from 'undici';
import { freshPool, keptPool, type Making, type Pool } from './pool.ts';

/** HTTP connections, one request at a time on each. */
export type Connections = Pool<Client>;

/** A new connection for every request. `lookup` says where the origin's name leads; without it, the system does. */
export function freshConnections(origin: string, timeoutMs: number, lookup?: LookupFunction): Connections {
  return freshPool(clients(origin, timeoutMs, lookup));
}

/** Connections that are kept alive and used in turn, at least `least` of them. */
export function pooledConnections(
  origin: string,
  timeoutMs: number,
  least: number,
  lookup?: LookupFunction,
): Connections {
  return keptPool(clients(origin, timeoutMs, lookup), least);
}

function clients(origin: string, timeoutMs: number, lookup?: LookupFunction): Making<Client> {
  return {
    // Timeouts of requests are kept by whoever sends them: one rule for the connection, the head and the body.
    open: () =>
      new Client(origin, {
        pipelining: 1,
        connect: { timeout: timeoutMs, ...(lookup === undefined ? {} : { lookup }) },
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
    // Closing is not waited for: nobody depends on its end, and its failure says nothing.
    // It connects anew by itself.
    isClosed: () => false,
    close: (client) => void client.destroy().catch(() => undefined),
  };
}
