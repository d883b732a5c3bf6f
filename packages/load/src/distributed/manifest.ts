import { secretSource } from '../process/secret-source.ts';
import { labelsOf } from './labels.ts';
import type { Kind } from './kubernetes/kinds.ts';
import type { TestRun, TestRunPod } from './kubernetes/testrun-types.ts';
import type { K6OperatorSettings } from './settings.ts';

/** What Kubernetes allows the values of one ConfigMap, or of one Secret, to hold together. */
export const MOST_BYTES = 1024 * 1024;

const SCRIPT = 'script.js';
const SECRETS = 'secrets';
/** Where the runners find what comes in a Secret. */
const MOUNTED_AT = '/ordeal';

/** What is to be made of a load. */
export interface Order {
  readonly name: string;
  readonly runId: string;
  readonly script: string;
  readonly writeUrl: string;
  /** Secrets that journeys may ask for, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What goes to the cluster, and in which order. */
export interface Manifests {
  /** Before the TestRun. */
  readonly first: readonly { readonly kind: Kind; readonly object: object }[];
  readonly testRun: TestRun;
  /** Name of the script's file on the volume, if that is where it goes. */
  readonly file: string | undefined;
}

/** The objects of a load. Throws when the script, or a secret, does not fit where it is to go. */
export function manifestsOf(order: Order, settings: K6OperatorSettings): Manifests {
  const { name, runId, script } = order;
  const metadata = { name, namespace: settings.namespace, labels: labelsOf(runId, name) };
  const place = settings.script;
  const secretLines = secretSource(order.secrets);
  const secret: Record<string, string> = {
    ...(place.in === 'secret' ? { [SCRIPT]: script } : {}),
    ...(secretLines === '' ? {} : { [SECRETS]: secretLines }),
  };
  const file = place.in === 'volume' ? `${name}.js` : undefined;
  const configMap = place.in === 'config-map' ? { [SCRIPT]: script } : undefined;
  for (const [what, data] of [
    ['ConfigMap', configMap ?? {}],
    ['Secret', secret],
  ] as const) {
    expectRoom(what, data);
  }
  return {
    first: [
      ...(configMap === undefined
        ? []
        : [
            {
              kind: 'configmaps' as const,
              object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: configMap },
            },
          ]),
      ...(Object.keys(secret).length === 0
        ? []
        : [
            {
              kind: 'secrets' as const,
              object: { apiVersion: 'v1', kind: 'Secret', metadata, stringData: secret },
            },
          ]),
    ],
    testRun: {
      apiVersion: 'k6.io/v1alpha1',
      kind: 'TestRun',
      metadata,
      spec: {
        parallelism: settings.parallelism,
        separate: settings.separate,
        script:
          place.in === 'config-map'
            ? { configMap: { name, file: SCRIPT } }
            : place.in === 'volume'
              ? { volumeClaim: { name: place.claim, file: file!, readOnly: true } }
              : { localFile: `${MOUNTED_AT}/${SCRIPT}` },
        // The initializer is left out: it becomes a copy of the runner, and finds what the script needs.
        runner: runnerOf(order, settings, Object.keys(secret).length > 0, secretLines !== ''),
        starter: starterOf(settings, metadata.labels),
      },
    },
    file,
  };
}

function expectRoom(what: string, data: Readonly<Record<string, string>>): void {
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes <= MOST_BYTES) return;
  throw new Error(
    `The script has ${bytes} bytes and a ${what} holds at most ${MOST_BYTES}: put it on a volume that this machine and ` +
      `the runners mount (script: { in: 'volume', claim: '…', mountedAt: '/…' }), or give the journeys smaller data sets`,
  );
}

function runnerOf(
  order: Order,
  settings: K6OperatorSettings,
  mounted: boolean,
  secretSourced: boolean,
): TestRunPod {
  const { pod, image } = settings;
  return {
    ...pod,
    image,
    metadata: { labels: labelsOf(order.runId, order.name) },
    env: Object.entries(environment(order.writeUrl, secretSourced)).map(([name, value]) => ({ name, value })),
    ...(mounted
      ? {
          volumes: [{ name: 'ordeal', secret: { secretName: order.name } }],
          volumeMounts: [{ name: 'ordeal', mountPath: MOUNTED_AT, readOnly: true }],
        }
      : {}),
  };
}

function starterOf(
  { pod, starterImage }: K6OperatorSettings,
  labels: Readonly<Record<string, string>>,
): TestRunPod {
  const { resources: _, topologySpreadConstraints: __, ...rest } = pod;
  return {
    ...rest,
    ...(starterImage === undefined ? {} : { image: starterImage }),
    metadata: { labels: { ...labels } },
  };
}

/**
 * What k6 is told, all of it by its environment: so it is the same with every version of the operator, which differ in
 * how they pass arguments on, and with every k6 from 1.8 on. What is not known to a version is nothing to it.
 */
function environment(writeUrl: string, secretSourced: boolean): Readonly<Record<string, string>> {
  return {
    K6_OUT: 'experimental-prometheus-rw',
    K6_PROMETHEUS_RW_SERVER_URL: writeUrl,
    K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
    // The push of stale markers brings the histograms' last state.
    K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
    // From 2.1 on native histograms are a feature; before, a variable of the output.
    K6_FEATURES: 'native-histograms',
    K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: 'true',
    // With a summary or thresholds k6 keeps some 170 bytes of every request.
    K6_SUMMARY_MODE: 'disabled',
    K6_NO_THRESHOLDS: 'true',
    K6_NO_USAGE_REPORT: 'true',
    K6_LOG_FORMAT: 'json',
    K6_INCLUDE_SYSTEM_ENV_VARS: 'false',
    ...(secretSourced ? { K6_SECRET_SOURCE: `file=${MOUNTED_AT}/${SECRETS}` } : {}),
  };
}
