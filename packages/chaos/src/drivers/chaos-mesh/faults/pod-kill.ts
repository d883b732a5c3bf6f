import { z } from 'zod';
import type { FaultType } from './fault-type.ts';

/** Deletes pods; whatever owns them makes new ones. */
export const podKillSchema = z.strictObject({
  type: z.literal('pod-kill'),
  /** 0 kills at once; more leaves a pod so long to end in order. */
  gracePeriodSeconds: z.int().min(0).default(0),
});

export const podKill: FaultType<z.infer<typeof podKillSchema>> = {
  spec: ({ gracePeriodSeconds }, aim) => ({
    kind: 'PodChaos',
    spec: { action: 'pod-kill', gracePeriod: gracePeriodSeconds, ...aim },
  }),
  describe: ({ gracePeriodSeconds }) =>
    gracePeriodSeconds === 0 ? 'pods killed' : `pods deleted with ${gracePeriodSeconds} s of grace`,
  loss: ({ gracePeriodSeconds }) => (gracePeriodSeconds === 0 ? 'killed' : 'stopped'),
};
