import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { containerNames, containers } from './fields.ts';

/** Processes that hold memory, within the limits of the container. */
export const memoryStressSchema = z.strictObject({
  type: z.literal('memory-stress'),
  workers: z.int().positive().default(1),
  size: z.string().regex(/^\d+(?:\.\d+)?(?:[KMGT]?i?B|%)$/, {
    error: 'All workers together, for instance "256MB", or "50%" of what there is.',
  }),
  containers,
});

export const memoryStress: FaultType<z.infer<typeof memoryStressSchema>> = {
  spec: ({ workers, size, containers: names }, aim) => ({
    kind: 'StressChaos',
    spec: { stressors: { memory: { workers, size } }, ...containerNames(names), ...aim },
  }),
  describe: ({ size }) => `memory pressure of ${size}`,
};
