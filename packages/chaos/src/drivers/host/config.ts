import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';
import { cpuSchema } from './actions/cpu.ts';
import { diskSchema } from './actions/disk.ts';
import { freezeSchema } from './actions/freeze.ts';
import { killSchema } from './actions/kill.ts';
import { memorySchema } from './actions/memory.ts';
import { networkSchema } from './actions/network.ts';
import { bandwidthSchema, delaySchema } from './actions/shape.ts';
import { stopSchema } from './actions/stop.ts';

const schema = z.discriminatedUnion('action', [
  killSchema,
  stopSchema,
  freezeSchema,
  cpuSchema,
  memorySchema,
  diskSchema,
  networkSchema,
  delaySchema,
  bandwidthSchema,
]);

export type HostConfig = z.infer<typeof schema>;

export function parseHostConfig(raw: unknown, path: string): Result<HostConfig> {
  return fromZod(schema, raw, path);
}
