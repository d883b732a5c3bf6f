import { describe, expect, test } from 'vitest';
import { labelValue, testRunName } from '../../src/distributed/labels.ts';
import { manifestsOf, MOST_BYTES, type Order } from '../../src/distributed/manifest.ts';
import { parseK6Operator, type K6OperatorSettings } from '../../src/distributed/settings.ts';

const least = {
  namespace: 'load',
  parallelism: 4,
  receiver: { port: 8089, url: 'http://ordeal.load.svc:8089' },
};

function settings(more: object = {}): K6OperatorSettings {
  const parsed = parseK6Operator({ ...least, ...more }, 'p');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

const order: Order = { name: 'ordeal-x-1', runId: 'r1', script: '//', writeUrl: 'http://w', secrets: {} };

describe('what goes to the cluster', () => {
  test('is labelled, all of it', () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'ordeal',
      'ordeal/run': 'r1',
      'ordeal/testrun': 'ordeal-x-1',
    };
    const { first, testRun } = manifestsOf({ ...order, secrets: { key: 'v' } }, settings());
    expect(first.map(({ kind }) => kind)).toEqual(['configmaps', 'secrets']);
    for (const { object } of first) expect(object).toMatchObject({ metadata: { labels } });
    expect(testRun).toMatchObject({
      metadata: { labels },
      spec: { parallelism: 4, runner: { metadata: { labels } }, starter: { metadata: { labels } } },
    });
  });

  test('places runners where they are wanted, and the starter with them', () => {
    const pod = {
      nodeSelector: { pool: 'load' },
      tolerations: [{ key: 'load', operator: 'Exists' }],
      resources: { requests: { cpu: '2' }, limits: { memory: '1Gi' } },
    };
    const { spec } = manifestsOf(
      order,
      settings({ pod, image: 'k6:mine', starterImage: 's:mine', separate: true }),
    ).testRun;
    expect(spec).toMatchObject({ separate: true, runner: { ...pod, image: 'k6:mine' } });
    expect(spec.starter).toMatchObject({ nodeSelector: pod.nodeSelector, image: 's:mine' });
    expect(spec.starter).not.toHaveProperty('resources');
  });

  describe.each(['config-map', 'secret'])('a script in a %s', (place) => {
    const make = (more: number) => () =>
      manifestsOf(
        { ...order, script: 'ä'.repeat(MOST_BYTES / 2) + 'x'.repeat(more) },
        settings({ script: { in: place } }),
      );

    test('may fill it', () => {
      expect(make(0)).not.toThrow();
    });

    test('may not be a byte longer', () => {
      expect(make(1)).toThrow(
        /has 1048577 bytes and a (ConfigMap|Secret) holds at most 1048576: put it on a volume/,
      );
    });
  });

  test('a volume takes a script of any size', () => {
    const { testRun, file } = manifestsOf(
      { ...order, script: 'x'.repeat(5 * MOST_BYTES) },
      settings({ script: { in: 'volume', claim: 'scripts', mountedAt: '/mnt' } }),
    );
    expect(testRun.spec.script).toEqual({
      volumeClaim: { name: 'scripts', file: 'ordeal-x-1.js', readOnly: true },
    });
    expect(file).toBe('ordeal-x-1.js');
  });
});

describe('names', () => {
  test('leave the operator the room that it needs', () => {
    const name = testRunName('Ünusual: a very long name of a workload, with 100 % of everything');
    expect(`${name}-initializer`).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(testRunName('a')).not.toBe(testRunName('a'));
  });

  test('values of labels are what labels may be', () => {
    expect(labelValue(`2026-11-21T10:00:00 ${'x'.repeat(80)}-`)).toMatch(
      /^[A-Za-z0-9][\w.-]{0,61}[A-Za-z0-9]$/,
    );
  });
});

describe('settings', () => {
  test('usual values', () => {
    expect(settings()).toMatchObject({
      image: 'grafana/k6:2.2.0',
      script: { in: 'config-map' },
      separate: false,
      receiver: { host: '0.0.0.0' },
      pod: { automountServiceAccountToken: 'false' },
      deadlines: { noticed: 30, created: 300 },
    });
  });

  test('all mistakes at once, each with its place', () => {
    const parsed = parseK6Operator(
      {
        namespace: 'Load',
        parallelism: 0,
        script: { in: 'volume', claim: 'c', mountedAt: 'mnt' },
        receiver: { port: 70_000, url: 'ordeal:8089' },
        pod: { tolerations: {}, colour: 'red' },
        deadlines: { created: -1 },
      },
      'p',
    );
    expect(parsed.ok ? [] : parsed.diagnostics.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'p.namespace',
        'p.parallelism',
        'p.script.mountedAt',
        'p.receiver.port',
        'p.receiver.url',
        'p.pod.tolerations',
        'p.pod.colour',
        'p.deadlines.created',
      ]),
    );
  });

  test('affinity and separate do not go together', () => {
    const parsed = parseK6Operator({ ...least, separate: true, pod: { affinity: {} } }, 'p');
    expect(parsed).toMatchObject({ ok: false, diagnostics: [{ path: 'p.pod.affinity' }] });
  });
});
