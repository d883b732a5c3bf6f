import { isStatus } from './kubernetes/api-error.ts';
import type { Namespace } from './kubernetes/kinds.ts';
import type { Manifests } from './manifest.ts';

/** Lets the cluster check the TestRun without making it: schema, rights, quotas and webhooks all have their say. */
export async function rehearse(
  namespace: Namespace,
  { testRun }: Pick<Manifests, 'testRun'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await namespace.create('testruns', testRun, { signal, dryRun: true });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    throw new Error(
      `The cluster knows no TestRun, or there is no namespace ${namespace.name}: install k6-operator (docs/drivers/k6-operator.md). ${(error as Error).message}`,
      { cause: error },
    );
  }
}
