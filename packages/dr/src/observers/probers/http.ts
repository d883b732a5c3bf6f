import { fillTemplate } from '@ordeal/shared/platform/template';
import type { HttpProbe } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { freshConnections, pooledConnections } from '../connections.ts';
import type { ProbeConfig } from '../probe-protocol.ts';
import { send, splitEntry } from '../send.ts';
import type { Prober } from './prober.ts';
import { leastKept, variablesOf } from './variables.ts';

/** Requests to the platform's entry. */
export function httpProber(config: ProbeConfig, spec: HttpProbe, clock: Clock): Prober {
  const { origin, prefix } = splitEntry(config.entry);
  const connections =
    spec.connection === 'fresh'
      ? freshConnections(origin, config.timeoutMs)
      : pooledConnections(origin, config.timeoutMs, leastKept);
  return {
    attempt: async (count) => {
      const filled = fillTemplate(spec.request, variablesOf(config, spec, count), config.headers);
      const request = { ...filled, path: prefix + filled.path };
      const result = await send(connections, request, config.timeoutMs, clock);
      const { sent, completed } = result;
      if (result.kind === 'answer') {
        return { sent, completed, ok: result.status === spec.expectStatus, status: result.status };
      }
      const { error, detail } = result;
      const trouble = error === 'observer' ? { trouble: detail } : {};
      return { sent, completed, ok: false, status: 0, error, ...trouble };
    },
    closeAll: () => connections.closeAll(),
  };
}
