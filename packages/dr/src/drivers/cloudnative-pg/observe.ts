import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { postgresQuestions, type AskedServer } from '../../split-brain/ask-postgres.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { nextWriter } from '../postgres/next-writer.ts';
import type { Takeover } from '../self-recovery.ts';
import { clusterPath, readCluster } from './cluster-object.ts';
import type { InstancesConfig } from './config.ts';

const lookEveryMs = 1000;

/**
 * Waits until an instance other than `lost` has committed a write: what the operator says is not the proof. It is asked
 * all the same, as it may promote an instance that is no node of the store, which nobody would see.
 */
export async function observe(
  config: InstancesConfig,
  api: KubernetesApi,
  find: (name: string) => AskedServer,
  lost: string,
  context: DriverContext,
): Promise<Takeover> {
  const names = config.nodes.map(({ name }) => name);
  const questions = postgresQuestions(find);
  let lookedAt = -Infinity;
  const mustBeOurs = async (): Promise<void> => {
    if (context.clock.now() - lookedAt < lookEveryMs) return;
    lookedAt = context.clock.now();
    const chosen = await currentPrimary(config, api, context);
    if (chosen !== undefined && !names.includes(chosen)) {
      throw new Error(
        `the operator has made ${chosen} the primary, which is none of the store's nodes (${names.join(', ')}): name ` +
          'every instance of the cluster in nodes',
      );
    }
  };
  try {
    return await nextWriter(
      names.filter((name) => name !== lost),
      questions,
      context,
      mustBeOurs,
    );
  } finally {
    questions.close();
  }
}

/** Undefined where there is none, or it cannot be asked: an API server may be lost with what is lost. */
async function currentPrimary(
  { namespace, cluster }: InstancesConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<string | undefined> {
  try {
    const { status } = await readCluster(api, clusterPath(namespace, cluster), context);
    return status.currentPrimary === '' ? undefined : status.currentPrimary;
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}
