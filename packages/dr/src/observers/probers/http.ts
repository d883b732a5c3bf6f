import type { LookupFunction } from 'node:net';
import { prepareTemplate } from '@ordeal/shared/platform/template';
import type { HttpProbe } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { freshConnections, pooledConnections } from '../connections.ts';
import { lookupOf } from '../lookup.ts';
import { sendPlain } from '../plain-http/send-plain.ts';
import { wiresTo } from '../plain-http/wire.ts';
import type { ProbeConfig } from '../probe-protocol.ts';
import { send, splitEntry } from '../send.ts';
import type { Prober } from './prober.ts';
import { leastKept, variablesOf } from './variables.ts';

/** Requests to the platform's entry. */
export function httpProber(config: ProbeConfig, spec: HttpProbe, clock: Clock): Prober {
  const { origin, prefix } = splitEntry(config.entry);
  const lookup = lookupOf(config.nameServers, spec.keepsName, clock);
  const way = wayTo(origin, config.timeoutMs, spec.connection === 'fresh', clock, lookup);
  const { request } = spec;
  const fill = prepareTemplate({ ...request, path: prefix + request.path }, config.headers);
  return {
    attempt: async (count) => {
      const result = await way.send(fill(variablesOf(config, spec, count)));
      const { sent, completed } = result;
      if (result.kind === 'answer') {
        return { sent, completed, ok: result.status === spec.expectStatus, status: result.status };
      }
      const { error, detail } = result;
      const trouble = error === 'observer' ? { trouble: detail } : {};
      return { sent, completed, ok: false, status: 0, error, ...trouble };
    },
    closeAll: () => way.closeAll(),
  };
}

/** What is not encrypted needs no client that can do more. */
function wayTo(origin: string, timeoutMs: number, fresh: boolean, clock: Clock, lookup?: LookupFunction) {
  if (origin.startsWith('http:')) {
    const wires = wiresTo(origin, clock, fresh ? 'fresh' : { least: leastKept }, lookup);
    return {
      send: (request: Parameters<typeof sendPlain>[1]) => sendPlain(wires, request, timeoutMs, clock),
      closeAll: () => wires.closeAll(),
    };
  }
  const connections = fresh
    ? freshConnections(origin, timeoutMs, lookup)
    : pooledConnections(origin, timeoutMs, leastKept, lookup);
  return {
    send: (request: Parameters<typeof send>[1]) => send(connections, request, timeoutMs, clock),
    closeAll: () => connections.closeAll(),
  };
}
