import { Client } from 'pg';
import type { ApiConfig } from './config.ts';

const CONNECTIONS = 35;
const MB = 2 ** 20;
const MEMORY_MB = 160;

/** What a replica holds without need, when the lab was told to. */
export interface Held {
  readonly memory: Buffer | undefined;
  release(): Promise<void>;
}

/** Takes it. Connections that are lost are not made again. */
export function hold({ sabotage, databases }: ApiConfig, complain: (line: string) => void): Held {
  const clients = sabotage.includes('connection-hog')
    ? Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: databases.a }))
    : [];
  for (const client of clients) {
    client.on('error', () => undefined);
    client.connect().catch((error: Error) => complain(`a connection too many: ${error.message}`));
  }
  return {
    // Filled: memory that nobody writes to is not taken.
    memory: sabotage.includes('memory-hog') ? Buffer.alloc(MEMORY_MB * MB, 1) : undefined,
    release: async () => {
      await Promise.allSettled(clients.map((client) => client.end()));
    },
  };
}
