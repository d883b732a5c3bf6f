import type { Clock } from '@ordeal/shared/time/clock';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { httpStore } from './http.ts';
import { postgresStore } from './postgres.ts';
import { redisStore } from './redis.ts';
import type { LedgerStore } from './store.ts';

/** `workers`: who writes at once. Throws when the address is none. */
export function createStore(config: LedgerConfig, workers: number, clock: Clock): LedgerStore {
  const { spec } = config;
  switch (spec.kind) {
    case 'postgres':
      return postgresStore(config, spec, clock);
    case 'redis':
      return redisStore(config, spec, clock);
    default:
      return httpStore(config, spec, workers, clock);
  }
}
