import { z } from 'zod';
import type { FaultType } from './fault-type.ts';

/** Kills containers; the kubelet starts them again in the same pod. */
export const containerKillSchema = z.strictObject({
  type: z.literal('container-kill'),
  containers: z.array(z.string().min(1)).min(1, { error: 'Names of containers in the pods.' }),
});

export const containerKill: FaultType<z.infer<typeof containerKillSchema>> = {
  spec: ({ containers }, aim) => ({
    kind: 'PodChaos',
    spec: { action: 'container-kill', containerNames: containers, ...aim },
  }),
  describe: ({ containers }) => `container ${containers.join(', ')} killed`,
  loss: () => 'killed',
};
