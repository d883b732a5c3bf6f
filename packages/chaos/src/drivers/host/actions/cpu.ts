import { z } from 'zod';
import { scripted } from '../script/host-fault.ts';
import { stressors } from '../script/stressors.ts';
import { placed, timed } from './fields.ts';

export const cpuSchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('cpu'),
  /** How many CPUs are kept busy. */
  workers: z.union([z.int().positive(), z.literal('every-cpu')], {
    error: 'A number of CPUs, or "every-cpu".',
  }),
  /** For how much of the time each of them is. */
  loadPercent: z.int().min(1).max(100).default(100),
});

export type CpuConfig = z.infer<typeof cpuSchema>;

const functions = `
${stressors}
probe() {
  need_stress_ng
  say target "cpu of $(uname -n)"
}
busy() { [ $stressors -gt "$wanted" ] && [ $used -gt 0 ]; }
apply() {
  wanted=$workers
  [ "$wanted" != every-cpu ] || wanted=$(getconf _NPROCESSORS_ONLN)
  stress --cpu "$wanted" --cpu-load "$load"
  until_stressed busy
  say ack "cpu of $(uname -n)" "$wanted CPUs busy for $load % of the time"
}
`;

/** Keeps CPUs busy with stress-ng. */
export const cpu = scripted<CpuConfig>({
  describe: ({ workers, loadPercent }) =>
    `${workers === 'every-cpu' ? 'every CPU' : `${workers} CPUs`} busy for ${loadPercent} % of the time`,
  script: ({ workers, loadPercent }) => ({ variables: { workers, load: loadPercent }, functions }),
});
