import type { Clock } from '@ordeal/shared/time/clock';
import type { LabelledFound } from '@ordeal/shared/undo/labelled';
import { connect } from './kubernetes/api.ts';
import { expectCluster, namespaceOf } from './kubernetes/kinds.ts';
import { labelsOf } from './labels.ts';
import { findLeftovers, removeAll } from './remove.ts';
import type { K6OperatorSettings } from './settings.ts';

const GONE_WITHIN_MS = 60_000;

/** The loads in a platform's namespace, each with everything that belongs to it. Changes nothing. */
export async function labelledLoads(
  { cluster, namespace }: Pick<K6OperatorSettings, 'cluster' | 'namespace'>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<LabelledFound> {
  const api = await connect(cluster, clock);
  await expectCluster(api, cluster.uid, signal);
  const own = namespaceOf(api, namespace);
  const parts = await findLeftovers(own, signal);
  const loads = Object.groupBy(parts, ({ run, testRun }) => `${run} ${testRun}`);
  return {
    found: Object.values(loads).flatMap((all = []) => {
      const [first] = all;
      if (first === undefined) return [];
      const { run, testRun } = first;
      return [
        {
          name: `load ${namespace}/${testRun}`,
          state: all.map(({ kind, name }) => `${kind}/${name}`).join(', '),
          run,
          end: {
            by: 'us' as const,
            remove: (ending: AbortSignal) =>
              removeAll(own, labelsOf(run, testRun), {
                clock,
                signal: ending,
                until: clock.now() + GONE_WITHIN_MS,
              }),
          },
        },
      ];
    }),
    unseen: [],
  };
}
