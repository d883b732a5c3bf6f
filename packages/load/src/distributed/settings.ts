import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import type { ClusterRef } from './kubernetes/kinds.ts';
import type { TestRunPod } from './kubernetes/testrun-types.ts';

/** Where the runners find the script. */
export type ScriptPlace =
  /** Everybody who may read ConfigMaps reads it, with the platform's headers. */
  | { readonly in: 'config-map' }
  /** For scripts with credentials in their headers. The image needs a shell. */
  | { readonly in: 'secret' }
  /**
   * A file on a volume that this machine has mounted as well, for what is larger than a ConfigMap may be.
   * `mountedAt` is where.
   */
  | { readonly in: 'volume'; readonly claim: string; readonly mountedAt: string };

/** What of a runner's pod may be set; the names are Kubernetes' own. */
export type PodSettings = Pick<
  TestRunPod,
  | 'affinity'
  | 'automountServiceAccountToken'
  | 'containerSecurityContext'
  | 'imagePullPolicy'
  | 'imagePullSecrets'
  | 'nodeSelector'
  | 'priorityClassName'
  | 'resources'
  | 'schedulerName'
  | 'securityContext'
  | 'serviceAccountName'
  | 'tolerations'
  | 'topologySpreadConstraints'
>;

/** Longest times, in seconds, that the TestRun may stay in one stage before it is given up. */
export interface StageDeadlines {
  /** Until the operator takes notice of it. */
  readonly noticed: number;
  /** The initializer: its image is pulled, and k6 reads the script. */
  readonly initialization: number;
  readonly initialized: number;
  /** The runners' pods: placed, images pulled, k6 up. */
  readonly created: number;
  /** From the word to start until every runner's measurements arrive. */
  readonly started: number;
}

/** How a workload is run by k6-operator. */
export interface K6OperatorSettings {
  readonly cluster: ClusterRef;
  readonly namespace: string;
  /** Number of runners. Each gets the same share of the rate. */
  readonly parallelism: number;
  /** k6's image, of a version from 1.8 on. */
  readonly image: string;
  /** Image of the pod that gives the word to start; without it the operator's own. */
  readonly starterImage?: string | undefined;
  readonly script: ScriptPlace;
  /** Each runner on a machine of its own. */
  readonly separate: boolean;
  readonly pod: PodSettings;
  /** Where this machine listens for the runners' measurements, and by which address they reach it. */
  readonly receiver: { readonly host: string; readonly port: number; readonly url: string };
  readonly deadlines: StageDeadlines;
}

const anything = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'an object, as Kubernetes has it' },
);
const list = z.array(anything);
const seconds = (usual: number) => z.number().positive().default(usual);
const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'A name in Kubernetes: a-z, 0-9 and dashes.');

const schema = z
  .strictObject({
    cluster: z
      .strictObject({
        kubeconfig: z.string().min(1).optional(),
        context: z.string().min(1).optional(),
        uid: z.string().min(1).optional(),
      })
      .default({}),
    namespace: name,
    parallelism: z.int().min(1).max(500),
    image: z.string().min(1).default('grafana/k6:2.2.0'),
    starterImage: z.string().min(1).optional(),
    script: z
      .discriminatedUnion('in', [
        z.strictObject({ in: z.literal('config-map') }),
        z.strictObject({ in: z.literal('secret') }),
        z.strictObject({
          in: z.literal('volume'),
          claim: name,
          mountedAt: z
            .string()
            .refine(isAbsolute, 'an absolute path, where this machine has the volume mounted'),
        }),
      ])
      .default({ in: 'config-map' }),
    separate: z.boolean().default(false),
    pod: z
      .strictObject({
        affinity: anything.optional(),
        automountServiceAccountToken: z.enum(['true', 'false']).default('false'),
        containerSecurityContext: anything.optional(),
        imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
        imagePullSecrets: list.optional(),
        nodeSelector: z.record(z.string(), z.string()).optional(),
        priorityClassName: z.string().optional(),
        resources: anything.optional(),
        schedulerName: z.string().optional(),
        securityContext: anything.optional(),
        serviceAccountName: z.string().optional(),
        tolerations: list.optional(),
        topologySpreadConstraints: list.optional(),
      })
      .default({ automountServiceAccountToken: 'false' }),
    receiver: z.strictObject({
      host: z.string().min(1).default('0.0.0.0'),
      port: z.int().min(0).max(65_535),
      url: z.url({
        protocol: /^https?$/,
        error: 'An address by which a pod reaches this machine, for instance http://ordeal.load.svc:8089.',
      }),
    }),
    deadlines: z
      .strictObject({
        noticed: seconds(30),
        initialization: seconds(300),
        initialized: seconds(60),
        created: seconds(300),
        started: seconds(60),
      })
      .default({ noticed: 30, initialization: 300, initialized: 60, created: 300, started: 60 }),
  })
  .refine(({ separate, pod }) => !separate || pod.affinity === undefined, {
    path: ['pod', 'affinity'],
    message: 'no affinity beside `separate`',
    params: { hint: 'With `separate` the operator overwrites it: keep one of the two.' },
  });

/** Checks the settings as a person wrote them. What a pod is given is checked by the cluster itself, strictly. */
export function parseK6Operator(raw: unknown, path: string): Result<K6OperatorSettings> {
  return fromZod(schema as unknown as z.ZodType<K6OperatorSettings>, raw, path);
}
