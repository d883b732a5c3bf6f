import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { containerNames, containers, percent } from './fields.ts';

/** Processes that compute for nothing, within the limits of the container. */
export const cpuStressSchema = z.strictObject({
  type: z.literal('cpu-stress'),
  workers: z.int().positive(),
  /** Of each worker. */
  loadPercent: percent.default(100),
  /** Default: the first container. */
  containers,
});

export const cpuStress: FaultType<z.infer<typeof cpuStressSchema>> = {
  spec: ({ workers, loadPercent, containers: names }, aim) => ({
    kind: 'StressChaos',
    spec: {
      stressors: { cpu: { workers, load: Math.round(loadPercent) } },
      ...containerNames(names),
      ...aim,
    },
  }),
  describe: ({ workers, loadPercent }) => `CPU stress, ${workers} workers at ${loadPercent} %`,
};
