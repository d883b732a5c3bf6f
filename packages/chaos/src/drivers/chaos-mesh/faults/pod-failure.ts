import { z } from 'zod';
import type { FaultType } from './fault-type.ts';

/** Pods stay, and do nothing: their containers run a pause image until the fault is taken out. */
export const podFailureSchema = z.strictObject({ type: z.literal('pod-failure') });

export const podFailure: FaultType<z.infer<typeof podFailureSchema>> = {
  spec: (_, aim) => ({ kind: 'PodChaos', spec: { action: 'pod-failure', ...aim } }),
  describe: () => 'pods put out of work',
  // The kubelet ends containers whose image was changed in order.
  loss: () => 'stopped',
};
