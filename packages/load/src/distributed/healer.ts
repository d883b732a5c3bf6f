import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { Healer } from '@ordeal/shared/undo/healer';
import { connect } from './kubernetes/api.ts';
import { expectCluster, namespaceOf } from './kubernetes/kinds.ts';
import { labelsOf } from './labels.ts';
import { removeAll } from './remove.ts';

/** `driver` of the undo entries that this heals. */
export const K6_OPERATOR_DRIVER = 'k6-operator';

const schema = z.strictObject({
  cluster: z.strictObject({
    kubeconfig: z.string().optional(),
    context: z.string(),
    uid: z.string().optional(),
  }),
  namespace: z.string(),
  run: z.string().min(1),
  testRun: z.string().min(1),
  file: z.string().optional(),
});

/** `config` of an undo entry of this driver: which load has to go, and from where. */
export type TestRunUndo = z.infer<typeof schema>;

/** What remains of it has so long to go (ms). */
const GONE_WITHIN_MS = 60_000;

/**
 * Ends a load on a cluster, and takes away whatever of it is there: TestRun, jobs, pods, services, script. All of it is
 * found by the labels that the entry names, so it does not matter how far the load had come.
 */
export const testRunHealer: Healer = {
  async heal(entry, { clock, signal }) {
    const { cluster, namespace, run, testRun, file } = schema.parse(entry.config);
    const api = await connect(cluster, clock);
    await expectCluster(api, cluster.uid, signal);
    await removeAll(namespaceOf(api, namespace), labelsOf(run, testRun), {
      clock,
      signal,
      until: clock.now() + GONE_WITHIN_MS,
    });
    if (file !== undefined) rmSync(file, { force: true });
  },
};
