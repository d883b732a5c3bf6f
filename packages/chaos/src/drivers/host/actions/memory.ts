import { z } from 'zod';
import { scripted } from '../script/host-fault.ts';
import { stressors } from '../script/stressors.ts';
import { placed, timed } from './fields.ts';

export const memorySchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('memory'),
  /** How much is taken and kept, in MiB. */
  megabytes: z.int().positive(),
  /** How much of what is available has to be left, in MiB: without that the fault is refused. */
  leaveMegabytes: z.int().nonnegative().default(256),
});

export type MemoryConfig = z.infer<typeof memorySchema>;

const measure = `
# Sets available to the MiB that programs could still take.
measure() {
  available=
  while read -r name size unit; do [ "$name" != MemAvailable: ] || available=$((size / 1024)); done </proc/meminfo
  [ -n "$available" ] || refuse 'how much memory is available cannot be told'
}
read_measure() { measure; say reading "$available"; }
`;

const functions = `
${stressors}
${measure}
probe() {
  need_stress_ng
  measure
  [ $((available - megabytes)) -ge "$leave" ] ||
    refuse "taking $megabytes MiB of the $available MiB that are available would leave less than $leave MiB"
  say target "memory of $(uname -n)"
}
taken() { [ $((resident / 1024 * 10)) -ge $((megabytes * 9)) ]; }
apply() {
  # Once it is taken it is kept, and nothing is computed with it: the CPUs stay as they are.
  stress --vm 1 --vm-bytes "\${megabytes}m" --vm-keep --vm-populate --vm-hang 0 --oomable
  until_stressed taken
  say ack "memory of $(uname -n)" "$((resident / 1024)) MiB taken of $available MiB that were available"
}
`;

/** Takes memory with stress-ng, and keeps it. What the kernel ends for want of memory is not started again. */
export const memory = scripted<MemoryConfig>({
  describe: ({ megabytes }) => `${megabytes} MiB of memory taken`,
  script: ({ megabytes, leaveMegabytes }) => ({
    variables: { megabytes, leave: leaveMegabytes },
    functions,
  }),
  measured: {
    measure: ({ megabytes }) => ({
      name: 'memory available',
      unit: 'MiB',
      moves: 'down',
      // Others may let go of some meanwhile.
      atLeast: megabytes / 2,
    }),
    script: () => ({ variables: {}, functions: measure }),
  },
});
