import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { isGone } from './kubernetes/api-error.ts';
import type { Namespace } from './kubernetes/kinds.ts';
import type { TestRun, TestRunStatus } from './kubernetes/testrun-types.ts';

/** The operator's own labels. */
const RUNNERS = 'runner';
const OWNER = 'k6_cr';
const JOB = 'job-name';
/** Name of the container in each of the operator's pods that run k6. */
export const CONTAINER = 'k6';

/** What is known of one runner. */
export type Runner =
  | { readonly is: 'absent' }
  /** `why` is what Kubernetes says that it waits for. */
  | { readonly is: 'waiting'; readonly pod: string; readonly why: string }
  | { readonly is: 'running'; readonly pod: string }
  /** `why` as Kubernetes says: `Completed`, `Error`, `OOMKilled`, … */
  | { readonly is: 'ended'; readonly pod: string; readonly exitCode: number; readonly why: string }
  /** Its pod ended, or was taken away, and nobody knows how k6 did. */
  | { readonly is: 'lost'; readonly pod: string; readonly why: string };

export type Stage = NonNullable<TestRunStatus['stage']> | '';

/** What stands on the cluster at one moment. */
export interface Sight {
  /** Undefined: there is no such TestRun, or it is being deleted. */
  readonly stage: Stage | undefined;
  /** Runner 1 first. */
  readonly runners: readonly Runner[];
}

/** Looks at a TestRun and the pods of its runners. */
export async function look(
  namespace: Namespace,
  name: string,
  parallelism: number,
  signal?: AbortSignal,
): Promise<Sight> {
  const [testRun, pods] = await Promise.all([
    namespace.get<TestRun>('testruns', name, { signal }).catch((error: unknown) => {
      if (isGone(error)) return undefined;
      throw error;
    }),
    namespace.list<V1Pod>('pods', { [OWNER]: name, [RUNNERS]: 'true' }, { signal }),
  ]);
  return {
    stage:
      testRun === undefined || testRun.metadata.deletionTimestamp !== undefined
        ? undefined
        : (testRun.status?.stage ?? ''),
    runners: Array.from({ length: parallelism }, (_, index) => runnerOf(pods, `${name}-${index + 1}`)),
  };
}

/** Why the initializer failed, from its pod, for people. */
export async function initializerStory(
  namespace: Namespace,
  name: string,
  signal?: AbortSignal,
): Promise<string> {
  const pods = await namespace.list<V1Pod>(
    'pods',
    { [OWNER]: name, [JOB]: `${name}-initializer` },
    { signal },
  );
  const pod = pods[0]?.metadata?.name;
  if (pod === undefined) return 'its initializer has no pod';
  const state = runnerOf(pods, `${name}-initializer`);
  const log = await namespace
    .log(pod, CONTAINER, 20, { signal })
    .catch((error: unknown) => `its log could not be read: ${(error as Error).message}`);
  return [`its initializer ${describeRunner(state)}`, log.trim()].filter((part) => part !== '').join(': ');
}

/** For people, beginning with a verb. */
export function describeRunner(runner: Runner): string {
  switch (runner.is) {
    case 'absent':
      return 'has no pod';
    case 'waiting':
      return `waits (${runner.why})`;
    case 'running':
      return 'runs';
    case 'ended':
      return `ended with exit code ${runner.exitCode} (${runner.why})`;
    case 'lost':
      return `is lost (${runner.why})`;
  }
}

/** Of several pods with one number the newest counts; that there were several is seen by what it pushes. */
function runnerOf(pods: readonly V1Pod[], job: string): Runner {
  const pod = pods
    .filter(({ metadata }) => metadata?.labels?.[JOB] === job)
    .toSorted((left, right) => createdAt(left) - createdAt(right))
    .at(-1);
  if (pod === undefined) return { is: 'absent' };
  const name = pod.metadata?.name ?? job;
  const container = pod.status?.containerStatuses?.find((one) => one.name === CONTAINER);
  const terminated = container?.state?.terminated;
  if (terminated !== undefined) {
    return {
      is: 'ended',
      pod: name,
      exitCode: terminated.exitCode,
      why: terminated.reason ?? 'no reason given',
    };
  }
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded' || phase === 'Unknown') {
    const { reason, message } = pod.status ?? {};
    return { is: 'lost', pod: name, why: [reason ?? phase, message].filter(Boolean).join(': ') };
  }
  if (container?.state?.running !== undefined) return { is: 'running', pod: name };
  return { is: 'waiting', pod: name, why: waitingFor(pod, container) };
}

function waitingFor(pod: V1Pod, container: V1ContainerStatus | undefined): string {
  const waiting = container?.state?.waiting;
  if (waiting !== undefined) {
    return [waiting.reason, waiting.message].filter(Boolean).join(': ') || 'no reason given';
  }
  const unplaced = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return unplaced?.message ?? unplaced?.reason ?? pod.status?.phase ?? 'nothing is known of it';
}

// The API's JSON has texts where the client's types have dates.
function createdAt(pod: V1Pod): number {
  return new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
}
