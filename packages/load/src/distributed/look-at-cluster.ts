import { once } from 'node:events';
import { createServer } from 'node:net';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import { ApiError } from './kubernetes/api-error.ts';
import { connect } from './kubernetes/api.ts';
import { expectCluster, namespaceOf, type Namespace } from './kubernetes/kinds.ts';
import { testRunName } from './labels.ts';
import { manifestsOf, type Manifests } from './manifest.ts';
import { rehearse } from './rehearse.ts';
import { findLeftovers } from './remove.ts';
import type { K6OperatorSettings } from './settings.ts';

/** What stands against a load on a cluster. Both empty: it may begin. */
export interface ClusterFindings {
  /** It must not run there. */
  readonly refused: readonly string[];
  /** It could not run there, or would not be seen. */
  readonly blind: readonly string[];
}

/**
 * Looks whether a load could run on a cluster, and changes nothing: it answers, is the one that was named, takes a
 * TestRun of ours, holds nothing of an earlier run, and its runners' measurements can be received.
 */
export async function lookAtCluster(
  settings: K6OperatorSettings,
  { clock, signal, runId }: Pick<RunContext, 'clock' | 'signal' | 'runId'>,
): Promise<ClusterFindings> {
  const port = await portProblem(settings);
  try {
    const api = await connect(settings.cluster, clock);
    const other = await otherCluster(expectCluster(api, settings.cluster.uid, signal));
    if (other !== undefined) return { refused: [other], blind: port };
    const namespace = namespaceOf(api, settings.namespace);
    await rehearse(namespace, probe(settings, runId), signal);
    return { refused: await leftovers(namespace, signal), blind: port };
  } catch (error) {
    signal.throwIfAborted();
    return { refused: [], blind: [...port, reasonOf(error)] };
  }
}

/** A TestRun like those that will be made, with a script that does nothing. */
function probe(settings: K6OperatorSettings, runId: string): Manifests {
  const name = testRunName('preflight');
  return manifestsOf({ name, runId, script: '', writeUrl: settings.receiver.url, secrets: {} }, settings);
}

/** The sentence that says that it is another cluster. Rejects when that cannot be told. */
async function otherCluster(expected: Promise<void>): Promise<string | undefined> {
  try {
    await expected;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    return reasonOf(error);
  }
}

async function leftovers(namespace: Namespace, signal: AbortSignal): Promise<readonly string[]> {
  const found = await findLeftovers(namespace, signal);
  const runs = Map.groupBy(found, ({ run }) => run);
  return [...runs].map(
    ([run, left]) =>
      `run ${run} has ${left.map(({ kind, name }) => `${kind}/${name}`).join(', ')} in namespace ${namespace.name}: ` +
      `wait for it, or if it is dead run \`ordeal recover\`, or kubectl -n ${namespace.name} delete testruns,jobs,pods,services,configmaps,secrets -l ordeal/run=${run}`,
  );
}

async function portProblem({ receiver }: K6OperatorSettings): Promise<readonly string[]> {
  const server = createServer();
  try {
    server.listen(receiver.port, receiver.host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return [];
  } catch (error) {
    return [
      `the runners' measurements cannot be received on ${receiver.host}:${receiver.port}: ${reasonOf(error)}`,
    ];
  }
}
