import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { ApiConfig } from './config.ts';

const CONNECTIONS = 35;
const AGAIN_AFTER_MS = 500;
const MB = 2 ** 20;
const MEMORY_MB = 160;

/** What a replica holds without need, when the lab was told to. */
export interface Held {
  readonly memory: Buffer | undefined;
  release(): Promise<void>;
}

/** Takes it, as soon as there is a database to take connections from. Those that are lost are not made again. */
export function hold({ sabotage, databases }: ApiConfig): Held {
  const leaving = new AbortController();
  const clients: Client[] = [];
  if (sabotage.includes('connection-hog')) {
    for (let count = 0; count < CONNECTIONS; count += 1) {
      void connect(databases.a, leaving.signal).then((client) => client && clients.push(client));
    }
  }
  return {
    // Filled: memory that nobody writes to is not taken.
    memory: sabotage.includes('memory-hog') ? Buffer.alloc(MEMORY_MB * MB, 1) : undefined,
    release: async () => {
      leaving.abort();
      await Promise.allSettled(clients.map((client) => client.end()));
    },
  };
}

async function connect(connectionString: string, signal: AbortSignal): Promise<Client | undefined> {
  while (!signal.aborted) {
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch {
      await delay(AGAIN_AFTER_MS);
    }
  }
  return undefined;
}
