import type { RedisProbe } from '@ordeal/shared/platform/probe-spec';
import { fillText } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { openRedis } from '../../drivers/redis/connection.ts';
import { RedisError } from '../../drivers/redis/protocol.ts';
import type { ProbeConfig } from '../probe-protocol.ts';
import { lineProber, type Line } from './lines.ts';
import type { Prober } from './prober.ts';
import { variablesOf } from './variables.ts';

/** Commands straight to Redis. */
export function redisProber(config: ProbeConfig, spec: RedisProbe, clock: Clock): Prober {
  return lineProber(
    {
      connection: spec.connection,
      timeoutMs: config.timeoutMs,
      clock,
      // Its first word is the code, for instance READONLY.
      refusal: (error) => (error instanceof RedisError ? (error.message.split(' ')[0] ?? '') : undefined),
    },
    (): Line => {
      const redis = openRedis(spec.url);
      let ready: Promise<void> | undefined;
      let turnedAway = false;
      return {
        ask: async (count) => {
          ready ??= redis.authenticate().catch((error: unknown) => {
            turnedAway = true;
            throw error;
          });
          await ready;
          const variables = variablesOf(config, spec, count);
          const words = spec.command.map((word) => fillText(word, variables, 'the command of a probe', same));
          await redis.command(...words);
        },
        close: () => redis.close(),
        isClosed: () => turnedAway || redis.isClosed(),
      };
    },
  );
}

function same(value: string): string {
  return value;
}
