import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import type { ProbeConfig } from '../probe-protocol.ts';
import { httpProber } from './http.ts';
import { postgresProber } from './postgres.ts';
import type { Prober } from './prober.ts';
import { redisProber } from './redis.ts';
import { sessionsProber } from './sessions.ts';
import { webSocketProber } from './websocket.ts';

/** The prober of a stream. Throws when the stream's address is none. */
export function createProber(config: ProbeConfig, spec: ProbeSpec, clock: Clock): Prober {
  switch (spec.kind) {
    case 'websocket':
      return webSocketProber(config, spec, clock);
    case 'sessions':
      return sessionsProber(config, spec, clock);
    case 'postgres':
      return postgresProber(config, spec, clock);
    case 'redis':
      return redisProber(config, spec, clock);
    default:
      return httpProber(config, spec, clock);
  }
}
