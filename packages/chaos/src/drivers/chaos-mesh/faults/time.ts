import { z } from 'zod';
import type { FaultType } from './fault-type.ts';
import { containerNames, containers } from './fields.ts';

/** The processes in the pods see another time. The clock of the node is not touched. */
export const timeSchema = z.strictObject({
  type: z.literal('time'),
  /** Backwards when negative. */
  offsetMs: z.int().refine((value) => value !== 0, {
    error: 'an offset other than 0',
    params: { hint: 'Milliseconds; negative ones lie in the past.' },
  }),
  containers,
});

export const time: FaultType<z.infer<typeof timeSchema>> = {
  spec: ({ offsetMs, containers: names }, aim) => ({
    kind: 'TimeChaos',
    spec: { timeOffset: `${offsetMs}ms`, ...containerNames(names), ...aim },
  }),
  describe: ({ offsetMs }) => `clocks off by ${offsetMs} ms`,
};
