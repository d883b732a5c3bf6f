import type { HttpLedger } from '@ordeal/shared/platform/ledger-spec';
import { fillTemplate } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { pooledConnections } from '../../observers/connections.ts';
import { lookupOf } from '../../observers/lookup.ts';
import { send, splitEntry } from '../../observers/send.ts';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { payloadOf } from '../payload.ts';
import { idOf } from '../writes.ts';
import { outcomeOf } from './http-outcome.ts';
import { readPages } from './http-read.ts';
import type { LedgerStore } from './store.ts';

/** Through the platform's own API, one write a request. */
export function httpStore(
  config: LedgerConfig,
  spec: HttpLedger,
  workers: number,
  clock: Clock,
): LedgerStore {
  const { origin, prefix } = splitEntry(config.entry);
  const lookup = lookupOf(config.nameServers, 'for its TTL', clock);
  const connections = pooledConnections(origin, config.writeTimeoutMs, workers, lookup);
  const { collection, run, tenant } = config;
  return {
    writesPerRequest: 1,
    prepare: async () => undefined,
    write: async ([key = { worker: 0, sequence: 0 }]) => {
      const id = idOf(collection, key);
      const variables = { id, payload: payloadOf(id), collection, run, tenant, cursor: '' };
      const filled = fillTemplate(spec.write, variables, config.headers);
      const request = { ...filled, path: prefix + filled.path };
      const result = await send(connections, request, config.writeTimeoutMs, clock);
      const trouble = result.kind === 'none' && result.error === 'observer' ? { trouble: result.detail } : {};
      return { sent: result.sent, completed: result.completed, ...outcomeOf(result, spec), ...trouble };
    },
    read: (deadline, take) => readPages(config, spec, clock, deadline, take),
    closeAll: () => connections.closeAll(),
  };
}
