import type { LookupFunction } from 'node:net';
import { Client } from 'undici';

/** Hands out connections that carry one request at a time, so that none waits behind a stuck one. */
export interface Connections {
  take(): Client;
  /** Gives one back; a broken one is closed, together with whatever is under way on it. */
  giveBack(client: Client, state: 'usable' | 'broken'): void;
  closeAll(): void;
}

/** A new connection for every request. `lookup` says where the origin's name leads; without it, the system does. */
export function freshConnections(origin: string, timeoutMs: number, lookup?: LookupFunction): Connections {
  const open = new Set<Client>();
  return {
    take: () => {
      const client = connect(origin, timeoutMs, lookup);
      open.add(client);
      return client;
    },
    giveBack: (client) => {
      open.delete(client);
      close(client);
    },
    closeAll: () => open.forEach(close),
  };
}

/**
 * Connections that are kept alive and used in turn, at least `least` of them: so each is used soon after the one
 * before, and one that leads to a dead backend shows. More are opened when all are busy.
 */
export function pooledConnections(
  origin: string,
  timeoutMs: number,
  least: number,
  lookup?: LookupFunction,
): Connections {
  const open = new Set<Client>();
  const idle: Client[] = [];
  return {
    take: () => {
      const rested = open.size < least ? undefined : idle.shift();
      const client = rested ?? connect(origin, timeoutMs, lookup);
      open.add(client);
      return client;
    },
    giveBack: (client, state) => {
      if (state === 'usable') {
        idle.push(client);
        return;
      }
      open.delete(client);
      close(client);
    },
    closeAll: () => open.forEach(close),
  };
}

function connect(origin: string, timeoutMs: number, lookup?: LookupFunction): Client {
  // Timeouts of requests are kept by whoever sends them: one rule for the connection, the head and the body.
  return new Client(origin, {
    pipelining: 1,
    connect: { timeout: timeoutMs, ...(lookup === undefined ? {} : { lookup }) },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function close(client: Client): void {
  // Closing is not waited for: nobody depends on its end, and its failure says nothing.
  client.destroy().catch(() => undefined);
}
