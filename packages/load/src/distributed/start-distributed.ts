import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { GeneratorSettings, RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import { toWall } from '@ordeal/shared/time/clock';
import { drainMs } from '../active-load.ts';
import { bundleScript } from '../bundle/bundle.ts';
import { planLoad } from '../plan/k6-options.ts';
import { slugOf, specOf, tagged } from '../plan/spec-of.ts';
import { DistributedLoad, tell } from './distributed-load.ts';
import { K6_OPERATOR_DRIVER, type TestRunUndo } from './healer.ts';
import { isStatus } from './kubernetes/api-error.ts';
import { connect, type KubernetesApi } from './kubernetes/api.ts';
import { clusterUid, expectCluster, namespaceOf } from './kubernetes/kinds.ts';
import { labelsOf, testRunName } from './labels.ts';
import { manifestsOf, type Manifests } from './manifest.ts';
import { startRunnerReceiver } from './measurements/receiver.ts';
import { RunnersStream } from './measurements/runners-stream.ts';
import { rehearse } from './rehearse.ts';
import { removeAll } from './remove.ts';
import { createForwarder } from '../remote-write/forwarder.ts';
import { planRunners, rateOfEach } from './runner-options.ts';
import type { K6OperatorSettings } from './settings.ts';
import { untilBegun } from './stages.ts';

export interface DistributedSettings extends Pick<GeneratorSettings, 'anchor' | 'remoteWrite'> {
  readonly operator: K6OperatorSettings;
}

/** A runner's clock that is further away than this is worth a word (ms). */
const CLOCK_AWAY_MS = 1000;
const REMOVED_WITHIN_MS = 60_000;

/**
 * Runs a workload on a cluster, as a TestRun of k6-operator. Resolves once every runner has begun. Rejects when a
 * journey cannot be bundled, when the script does not fit, when the cluster refuses it (nothing is on the cluster then),
 * when it does not begin in time, or with the signal's reason; what was on the cluster is taken away, and its undo entry
 * stays open if that fails.
 */
export async function startDistributed(
  workload: Workload,
  settings: DistributedSettings,
  context: RunContext,
): Promise<RunningWorkload> {
  const { operator, anchor } = settings;
  const { parallelism } = operator;
  const plan = planRunners(planLoad(workload), parallelism);
  const dir = join(context.dir, 'load', slugOf(workload));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const name = testRunName(workload.name);
  const labels = labelsOf(context.runId, name);
  const stream = new RunnersStream(name, parallelism, workload.limitsMs, anchor);
  let complained = false;
  const forwarder =
    settings.remoteWrite === undefined ? undefined : createForwarder(settings.remoteWrite, context);
  const receiver = await startRunnerReceiver(
    operator.receiver,
    (push, body) => {
      forwarder?.push(body);
      tell(context, stream.take(push, toWall(anchor, context.clock.now())));
    },
    (error) => {
      if (complained) return;
      complained = true;
      const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
      context.journal.append({ type: 'warning', message: `${error.message}${cause}` });
    },
  );
  try {
    const { script } = await bundleScript(
      workload,
      specOf(workload, {
        run: context.runId,
        stopUrl: receiver.stopUrl,
        options: tagged(plan.options, settings, workload, context),
        share: rateOfEach(workload, parallelism),
      }),
    );
    const manifests = manifestsOf(
      { name, runId: context.runId, script, writeUrl: receiver.writeUrl, secrets: workload.secrets ?? {} },
      operator,
    );
    const api = await connect(operator.cluster, context.clock);
    await expectCluster(api, operator.cluster.uid, context.signal);
    const namespace = namespaceOf(api, operator.namespace);
    await rehearse(namespace, manifests, context.signal);
    const file = fileOf(operator, manifests);
    const entry = context.undo.push({
      driver: K6_OPERATOR_DRIVER,
      config: {
        cluster: {
          ...(operator.cluster.kubeconfig === undefined ? {} : { kubeconfig: operator.cluster.kubeconfig }),
          context: api.context,
          ...(await pinned(api, operator, context.signal)),
        },
        namespace: operator.namespace,
        run: context.runId,
        testRun: name,
        ...(file === undefined ? {} : { file }),
      } satisfies TestRunUndo,
      describe: `TestRun ${operator.namespace}/${name} with workload ${workload.name}`,
      deadline: new Date(toWall(anchor, context.clock.now()) + longestMs(workload, operator)).toISOString(),
      revives: 'nothing',
    });
    const remove = async (): Promise<void> => {
      await removeAll(namespace, labels, {
        clock: context.clock,
        until: context.clock.now() + REMOVED_WITHIN_MS,
      });
      if (file !== undefined) rmSync(file, { force: true });
      context.undo.settle(entry.id, 'run');
    };
    try {
      if (file !== undefined) writeFileSync(file, script, { mode: 0o644 });
      for (const { kind, object } of manifests.first) await namespace.create(kind, object, context);
      await namespace.create('testruns', manifests.testRun, context);
      await untilBegun({
        namespace,
        name,
        parallelism,
        deadlines: operator.deadlines,
        clock: context.clock,
        signal: context.signal,
        measured: () => stream.started(),
        onStage: (stage) =>
          context.journal.append({
            type: 'note',
            message: `TestRun ${name}: ${stage === '' ? 'created' : stage}`,
          }),
      });
    } catch (error) {
      await remove().catch((left: Error) =>
        context.journal.append({ type: 'warning', message: left.message }),
      );
      context.signal.throwIfAborted();
      throw new Error(`The load of workload ${workload.name} did not begin: ${(error as Error).message}`, {
        cause: error,
      });
    }
    context.journal.append({ type: 'load-started', workload: workload.name, rate: workload.rate });
    for (const [index, behind] of stream.clocksBehind().entries()) {
      if (Math.abs(behind) <= CLOCK_AWAY_MS) continue;
      context.journal.append({
        type: 'warning',
        message: `The clock of runner ${index + 1} is ${Math.round(behind)} ms behind this machine's; its measurements are placed by when they arrive`,
      });
    }
    return new DistributedLoad({
      workload,
      context,
      namespace,
      name,
      parallelism,
      virtualUsers: plan.virtualUsers,
      ...(plan.tenantUsers === undefined ? {} : { tenantUsers: plan.tenantUsers }),
      stream,
      receiver,
      forwarder,
      dir,
      remove,
    });
  } catch (error) {
    await receiver.close();
    await forwarder?.close();
    throw error;
  }
}

/** The cluster's identity, where it may be read: whoever heals must not end up on another one. */
async function pinned(
  api: KubernetesApi,
  { cluster }: K6OperatorSettings,
  signal: AbortSignal,
): Promise<{ readonly uid?: string }> {
  if (cluster.uid !== undefined) return { uid: cluster.uid };
  try {
    return { uid: await clusterUid(api, signal) };
  } catch (error) {
    if (isStatus(error, 403)) return {};
    throw error;
  }
}

function fileOf({ script }: K6OperatorSettings, { file }: Manifests): string | undefined {
  return script.in === 'volume' && file !== undefined ? join(script.mountedAt, file) : undefined;
}

/** After this nothing of it can be wanted any more. */
function longestMs(workload: Workload, { deadlines }: K6OperatorSettings): number {
  const stages = Object.values(deadlines).reduce((sum: number, seconds: number) => sum + seconds, 0);
  return (stages + workload.atMostSeconds) * 1000 + drainMs(workload) + REMOVED_WITHIN_MS;
}
