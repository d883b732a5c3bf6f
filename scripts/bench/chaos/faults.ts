import { echo } from 'zx';
import type { AbleFaultDriver } from '../../../packages/chaos/src/experiment/deps.ts';
import { startKubernetesSite, NAMESPACE } from '../../../packages/chaos/test/cluster/kubernetes-site.ts';
import { healers } from '../../../packages/chaos/test/fixtures/healers.ts';
import { killSubjects } from '../../../packages/chaos/test/kills/subjects.ts';
import type { DriverContext } from '../../../packages/shared/src/drivers/fault.ts';
import { withoutControlPlane } from '../../../packages/shared/src/testing/kubernetes/control-plane.ts';
import { systemClock } from '../../../packages/shared/src/time/system-clock.ts';
import { report } from '../report.ts';

const ROUNDS = 15;

/** From the decision to inject until it is in at every target, and from heal until the targets show nothing. */
export async function benchFaults(): Promise<void> {
  for (const [name, { driver, skipped, make }] of Object.entries(killSubjects)) {
    if (skipped !== undefined) {
      echo(`${name}: left out, ${skipped}`);
      continue;
    }
    const subject = await make();
    try {
      await benchOne(name, driver, subject.raw);
    } finally {
      await subject.stop();
    }
  }
  await benchKubernetes();
}

/** On a control plane of its own, where a stand-in plays the controllers: so what is measured is our own part. */
async function benchKubernetes(): Promise<void> {
  const without = withoutControlPlane();
  if (without !== undefined) {
    echo(`kubernetes: left out, ${without}`);
    return;
  }
  const site = await startKubernetesSite();
  try {
    await site.createWorkload('Deployment', 'api', 3);
    await site.settled('app=api', 3);
    const workloads = { names: ['api'] };
    const scale = { type: 'scale-to-zero', kind: 'Deployment', namespace: NAMESPACE, workloads };
    const isolate = { type: 'isolate', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };
    await benchOne('kubernetes: isolated', 'kubernetes', site.raw(isolate));
    await benchOne('kubernetes: scaled to zero', 'kubernetes', site.raw(scale));
  } finally {
    await site.stop();
  }
}

async function benchOne(name: string, kind: string, raw: object): Promise<void> {
  const driver = healers[kind] as AbleFaultDriver & { prepare?(): Promise<void> };
  await driver.prepare?.();
  const parsed = driver.parse(raw, name);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  const injected: number[] = [];
  const healed: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const choice = { run: `bench-${round}`, seed: round };
    const config = (await driver.pin?.(parsed.value, choice, context())) ?? parsed.value;
    const decided = systemClock.now();
    let asked: number;
    try {
      const acknowledged = await driver.inject(config, context());
      injected.push(Math.max(...acknowledged.map(({ confirmed }) => confirmed)) - decided);
    } finally {
      asked = systemClock.now();
      await driver.heal(entryOf(kind, config), context());
    }
    healed.push(systemClock.now() - asked);
  }
  report(`${name}: decision to injected`, 'ms', injected);
  report(`${name}: heal to healed`, 'ms', healed);
}

function context(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(60_000), say: () => undefined };
}

function entryOf(driver: string, config: unknown) {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver,
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing' as const,
  };
}
