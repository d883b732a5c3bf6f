import { expect, it } from 'vitest';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import { commandDriver } from '../../src/drivers/command.ts';
import { hostDriver } from '../../src/drivers/host.ts';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';

const unit = { name: 'db', pidFile: '/run/db.pid', start: ['/bin/true'] };
const cluster = { context: 'test', uid: '0'.repeat(8) + '-0000-0000-0000-' + '0'.repeat(12) };
const pods = { namespace: 'shop', labels: { app: 'db' } };
const network = { action: 'network', peers: ['10.0.0.1'], endsAfterSeconds: 60 };

type Driver = Pick<typeof hostDriver, 'kind'> & {
  parse(raw: unknown, path: string): { ok: true; value: never } | { ok: false; diagnostics: unknown };
  loss(config: never): string | undefined;
};

function lossOf(driver: unknown, raw: object): string | undefined {
  const { parse, loss } = driver as Driver;
  const parsed = parse(raw, 'here');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return loss(parsed.value);
}

it.each([
  ['killed', { action: 'kill', units: [unit], replacedBy: 'nobody' }],
  ['stopped', { action: 'kill', units: [unit], replacedBy: 'nobody', signal: 'SIGTERM' }],
  ['stopped', { action: 'stop', units: [unit] }],
  ['frozen', { action: 'freeze', units: [unit], endsAfterSeconds: 60 }],
  ['partitioned', { ...network, effect: { kind: 'partition' } }],
  [undefined, { ...network, effect: { kind: 'partition' }, ports: [5432] }],
  [undefined, { ...network, effect: { kind: 'loss', percent: 10 } }],
  [undefined, { action: 'cpu', workers: 1, endsAfterSeconds: 60 }],
])('on a host: %s by %j', (loss, raw) => {
  expect(lossOf(hostDriver, raw)).toBe(loss);
});

it.each([
  ['killed', { type: 'pod-kill' }],
  ['stopped', { type: 'pod-kill', gracePeriodSeconds: 30 }],
  ['stopped', { type: 'pod-failure' }],
  ['killed', { type: 'container-kill', containers: ['postgres'] }],
  ['partitioned', { type: 'network-partition' }],
  [undefined, { type: 'network-loss', percent: 30 }],
  ['partitioned', { type: 'network-loss', percent: 100 }],
])('by Chaos Mesh: %s by %j', (loss, fault) => {
  expect(lossOf(chaosMeshDriver, { cluster, pods, fault })).toBe(loss);
});

it.each([
  ['stopped', { type: 'pod-delete', pods }],
  ['killed', { type: 'pod-delete', pods, graceSeconds: 0 }],
  [
    'stopped',
    { type: 'scale-to-zero', kind: 'StatefulSet', namespace: 'shop', workloads: { names: ['db'] } },
  ],
  ['stopped', { type: 'drain', nodes: { names: ['n1'] } }],
  [undefined, { type: 'cordon', nodes: { names: ['n1'] } }],
  ['partitioned', { type: 'isolate', pods }],
  [undefined, { type: 'isolate', pods, directions: ['ingress'] }],
])('on Kubernetes: %s by %j', (loss, fault) => {
  expect(lossOf(kubernetesDriver, { cluster, fault })).toBe(loss);
});

it('by commands, as whoever wrote them says', () => {
  const run = { argv: ['/bin/true'] };
  const raw = { what: 'stops it', targets: ['db'], inject: run, status: run, heal: run };
  expect(lossOf(commandDriver, raw)).toBeUndefined();
  expect(lossOf(commandDriver, { ...raw, loses: 'frozen' })).toBe('frozen');
  expect(() => lossOf(commandDriver, { ...raw, loses: 'gone' })).toThrow('loses');
});
