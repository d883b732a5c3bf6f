import { describe, expect, it } from 'vitest';
import { labelValue } from '../../src/chaos-mesh/labels.ts';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import { faultSpecOf, objectNameOf, type ChaosMeshSettings } from '../../src/drivers/chaos-mesh/config.ts';
import { howMany } from '../../src/drivers/chaos-mesh/pods.ts';
import { configOf } from './subject.ts';

const uid = '0f8b3c1e-0000-4000-8000-000000000000';
const settings = {
  cluster: { context: 'staging', uid },
  pods: { namespace: 'shop', labels: { app: 'api' } },
  fault: { type: 'pod-failure' },
} satisfies ChaosMeshSettings;

describe('a configuration of the chaos-mesh driver', () => {
  it('names its object by the fault alone, whoever connects and whichever run it is', () => {
    const name = objectNameOf(configOf(settings));
    expect(name).toMatch(/^ordeal-pod-failure-[0-9a-f]{10}$/);
    const cluster = { context: 'other-name', uid, kubeconfig: '/elsewhere' };
    expect(objectNameOf(configOf({ ...settings, cluster }))).toBe(name);
    expect(objectNameOf(configOf({ ...settings, pinned: { run: 'r', pods: ['shop/a'] } }))).toBe(name);
    expect(objectNameOf(configOf({ ...settings, endsAfterSeconds: 5 }))).not.toBe(name);
    expect(objectNameOf(configOf({ ...settings, pods: { namespace: 'shop' } }))).not.toBe(name);
    const elsewhere = { ...settings.cluster, uid: uid.replace('0f', '1f') };
    expect(objectNameOf(configOf({ ...settings, cluster: elsewhere }))).not.toBe(name);
  });

  it('keeps a raw selector within the namespace of its object, unless it names others', () => {
    const raw = (selector: Record<string, unknown>) =>
      faultSpecOf(
        configOf({
          cluster: settings.cluster,
          namespace: 'shop',
          fault: { type: 'raw', kind: 'TimeChaos', spec: { mode: 'all', timeOffset: '1s', selector } },
        }),
      ).spec;
    expect(raw({ labelSelectors: { app: 'a' } })).toMatchObject({ selector: { namespaces: ['shop'] } });
    expect(raw({ namespaces: [] })).toMatchObject({ selector: { namespaces: ['shop'] } });
    expect(raw({ namespaces: ['b'] })).toMatchObject({ selector: { namespaces: ['b'] } });
    expect(raw({ pods: { c: ['d'] } })).toMatchObject({ selector: { pods: { c: ['d'] } } });
  });

  it.each([
    [
      { fault: { type: 'raw', kind: 'TimeChaos', spec: { duration: '1m' } }, namespace: 'a' },
      '.fault.spec.duration',
    ],
    [{ fault: { type: 'raw', kind: 'TimeChaos', spec: {} } }, '.namespace'],
    [{ fault: { type: 'raw', kind: 'Workflow', spec: {} } }, '.fault.kind'],
    [{ fault: { type: 'pod-kill' } }, '.pods'],
    [{ ...settings, fault: { type: 'network-partition', direction: 'both' } }, '.fault'],
    [{ ...settings, fault: { type: 'network-loss', percent: 5, direction: 'from', hosts: ['a'] } }, '.fault'],
    [{ ...settings, fault: { type: 'network-loss', percent: 500 } }, '.fault.percent'],
    [{ ...settings, fault: { type: 'time', offsetMs: 0 } }, '.fault.offsetMs'],
    [{ ...settings, fault: { type: 'container-kill', containers: [] } }, '.fault.containers'],
    [{ ...settings, choose: { percent: 0 } }, '.choose.percent'],
    [{ ...settings, pods: { namespace: 'a', label: { app: 'b' } } }, '.pods.label'],
  ])('is refused, and told where: %j', (raw, place) => {
    const parsed = chaosMeshDriver.parse({ cluster: settings.cluster, ...raw }, 'here');
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.diagnostics.map(({ path }) => path)).toContain(`here${place}`);
  });

  it('tells what ends it when nobody is there any more', () => {
    expect(chaosMeshDriver.unattended(configOf(settings))).toEqual({ by: 'target', afterSeconds: 600 });
    const kill = configOf({ ...settings, fault: { type: 'pod-kill' } });
    expect(chaosMeshDriver.unattended(kill)).toEqual({ by: 'itself' });
    expect(chaosMeshDriver.changesIdentities?.(configOf(settings))).toBe(false);
    expect(chaosMeshDriver.changesIdentities?.(kill)).toBe(true);
  });
});

describe('a random choice', () => {
  it('hits at least one, and never more than there are', () => {
    expect(howMany({ percent: 1 }, 3)).toBe(1);
    expect(howMany({ percent: 67 }, 3)).toBe(2);
    expect(howMany({ count: 9 }, 3)).toBe(3);
    expect(howMany('all', 3)).toBe(3);
  });
});

it('makes a label of any text', () => {
  expect(labelValue('2026-03-14T02:00:00Z/ä')).toBe('2026-03-14T02-00-00Z');
  expect(labelValue('x'.repeat(80))).toHaveLength(63);
});
