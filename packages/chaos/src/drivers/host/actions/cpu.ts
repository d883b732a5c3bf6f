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

/*
 * How many processes want a CPU, of all there are on the host, as the kernel counts them: the mean of some looks.
 * Unlike the share of time that the CPUs are busy it has no upper end, and tells more of a host that is busy already.
 */
const measure = `
read_measure() {
  looks=0 wanting=0
  while [ $looks -lt 10 ]; do
    found_it=
    while read -r name count rest; do
      [ "$name" != procs_running ] || { found_it=yes wanting=$((wanting + count)); }
    done </proc/stat
    [ -n "$found_it" ] || broken 'how many processes want a CPU cannot be told'
    looks=$((looks + 1)); nap
  done
  hundredths=$((wanting * 100 / looks))
  say reading "$((hundredths / 100)).$(printf '%02d' $((hundredths % 100)))"
}
`;

/** Half of what is added, so that a host whose other work gives way still shows it. */
const SHARE = 0.5;

/** Keeps CPUs busy with stress-ng. */
export const cpu = scripted<CpuConfig>({
  describe: ({ workers, loadPercent }) =>
    `${workers === 'every-cpu' ? 'every CPU' : `${workers} CPUs`} busy for ${loadPercent} % of the time`,
  script: ({ workers, loadPercent }) => ({ variables: { workers, load: loadPercent }, functions }),
  measured: {
    measure: ({ workers, loadPercent }) => ({
      name: 'processes that want a CPU',
      unit: 'processes',
      moves: 'up',
      atLeast: (workers === 'every-cpu' ? 1 : workers) * (loadPercent / 100) * SHARE,
    }),
    script: () => ({ variables: {}, functions: measure }),
  },
});
