import { rmSync } from 'node:fs';
import { $, echo } from 'zx';
import { ownArguments } from './arguments.ts';
import { ordeal, root, workplace } from './ordeal.ts';
import { proveDrivers } from './prove/drivers.ts';
import { proveNegativeControls } from './prove/negative-controls.ts';
import { provePlatformControls } from './prove/platform-controls.ts';
import { provePlatforms } from './prove/platforms.ts';
import { proveRecovery } from './prove/recovery.ts';

/*
 * The long proofs, which continuous integration only samples. `npm run prove` runs all of them;
 * `npm run prove -- gameday --times 3` only one, so often; `npm run prove -- platforms --all` every scenario of each.
 */

/** End-to-end tests have a configuration of their own. */
const END_TO_END = ['--config', 'vitest.e2e.config.ts'];

const proofs: Readonly<
  Record<string, { readonly times: number; readonly run: (times: number) => Promise<boolean> }>
> = {
  gameday: { times: 10, run: (times) => provePasses(times, 'full') },
  short: { times: 10, run: (times) => provePasses(times, 'short') },
  kills: { times: 20, run: proveKills },
  'drill-kills': { times: 1, run: proveDrillKills },
  aborts: { times: 1, run: proveAborts },
  'negative-controls': { times: 10, run: proveNegativeControls },
  drivers: { times: 1, run: (times) => repeatedly(times, proveDrivers) },
  recovery: { times: 3, run: proveRecovery },
  'chaos-kills': { times: 100, run: proveChaosKills },
  effects: { times: 50_000, run: proveEffects },
  'chaos-outages': { times: 1, run: proveChaosOutages },
  knee: { times: 10, run: proveKnee },
  patroni: { times: 5, run: provePatroni },
  observers: { times: 1, run: proveObservers },
  truth: { times: 1, run: proveTruth },
  bounds: { times: 1000, run: proveBounds },
  outages: { times: 1, run: proveOutages },
  platforms: { times: 1, run: (times) => provePlatforms(times, asked.flags.has('all')) },
  deployments: { times: 5, run: proveDeployments },
  'platform-controls': { times: 1, run: provePlatformControls },
  autoscaler: { times: 1, run: (times) => repeatedly(times, proveAutoscaler) },
};

const asked = ownArguments({ names: Object.keys(proofs), flags: ['all'], takesTimes: true });
const chosen = asked.names.length > 0 ? asked.names : Object.keys(proofs);
let held = true;
for (const name of chosen) {
  const proof = proofs[name];
  if (proof === undefined) continue;
  const { times = proof.times } = asked;
  echo(`== ${name}, ${times} times`);
  held = (await proof.run(times)) && held;
}
process.exit(held ? 0 : 1);

/** The healthy lab passes the game day, n times out of n. */
async function provePasses(times: number, pace: string): Promise<boolean> {
  let passes = 0;
  for (let round = 1; round <= times; round += 1) {
    const cwd = workplace();
    const ended = await ordeal(cwd, 'gameday', '--lab', '--lab-name', `prove-${process.pid}`, '--pace', pace);
    const passed = ended.code === 0;
    if (passed) passes += 1;
    echo(`  ${round}: exit ${ended.code} after ${ended.seconds.toFixed(0)} s`);
    if (passed) rmSync(cwd, { recursive: true, force: true });
    else echo(`${ended.output.split('\n').slice(-40).join('\n')}\n  evidence: ${cwd}`);
  }
  echo(`gameday at pace ${pace}: ${passes} of ${times} passed`);
  return passes === times;
}

/**
 * Runs tests of a package with a variable that makes them go further than in continuous integration. As there, tests whose
 * program is missing fail: skipped, they would be a proof that holds and has looked at nothing.
 */
async function proveByTests(
  folder: string,
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<boolean> {
  const result = await $({
    cwd: `${root}/packages/${folder}`,
    stdio: 'inherit',
    env: { ...process.env, CI: 'true', ...variables },
  })`vitest run ${args}`.nothrow();
  return result.exitCode === 0;
}

/** The same, so many times; the first that fails ends it. */
async function repeatedly(times: number, prove: () => Promise<boolean>): Promise<boolean> {
  for (let round = 1; round <= times; round += 1) if (!(await prove())) return false;
  return true;
}

/** The runner killed at random moments of the experiments and drills: the end-to-end test, so many times. */
function proveKills(times: number): Promise<boolean> {
  return proveByTests('cli', { ORDEAL_PROVE_KILLS: String(times) }, [
    ...END_TO_END,
    'test/e2e/killed-runner.test.ts',
  ]);
}

/** The runner killed at random moments of a deployment: the version before serves again. */
function proveDeployments(times: number): Promise<boolean> {
  return proveByTests('cli', { ORDEAL_PROVE_DEPLOYMENTS: String(times) }, [
    ...END_TO_END,
    'test/e2e/killed-deployment.test.ts',
  ]);
}

/** The runner killed in the middle of every step of a failover: never two writers, and recover knows what is next. */
function proveDrillKills(times: number): Promise<boolean> {
  return repeatedly(times, () =>
    proveByTests('cli', { ORDEAL_PROVE_STEPS: 'all' }, [
      ...END_TO_END,
      'test/e2e/killed-runner.test.ts',
      '-t',
      'every step of a failover',
    ]),
  );
}

/**
 * Each kind of drill and of restore aborted in each of its steps, as it begins and so often in the middle of it; and by
 * Ctrl-C, once in each.
 */
async function proveAborts(times: number): Promise<boolean> {
  const aborted = await proveByTests('dr', { ORDEAL_PROVE_ABORTS: String(times) }, [
    'test/drills/aborted.test.ts',
    'test/restore/aborted.test.ts',
  ]);
  const interrupted = await proveByTests('cli', { ORDEAL_PROVE_STEPS: 'all' }, [
    ...END_TO_END,
    'test/e2e/aborted-drill.test.ts',
  ]);
  return aborted && interrupted;
}

/** The runner killed at random moments of faults of each driver, on a control plane as well; and connections cut. */
async function proveChaosKills(times: number): Promise<boolean> {
  const variables = { ORDEAL_PROVE_CHAOS_KILLS: String(times) };
  const here = await proveByTests('chaos', variables, [
    'test/kills',
    'test/drivers/host/cut-connection.test.ts',
    'test/guardian.test.ts',
  ]);
  const onCluster = await proveByTests('chaos', variables, [
    '--config',
    'vitest.cluster.config.ts',
    'test/cluster/killed-runner.test.ts',
  ]);
  return here && onCluster;
}

/** Steady errors, latencies and rates are not taken for a fault's effect, in so many made-up experiments of each. */
function proveEffects(worlds: number): Promise<boolean> {
  return proveByTests('chaos', { ORDEAL_PROVE_EFFECTS: String(worlds) }, [
    '--testTimeout=3600000',
    'test/experiment/error-effect.test.ts',
    'test/experiment/latency-effect.test.ts',
    'test/experiment/rate-effect.test.ts',
  ]);
}

/** An API server restarted, frozen for 20 s and disturbed while faults are injected and healed. */
function proveChaosOutages(times: number): Promise<boolean> {
  return repeatedly(times, () =>
    proveByTests('chaos', { ORDEAL_PROVE_CHAOS_OUTAGES: '20' }, [
      '--config',
      'vitest.cluster.config.ts',
      'test/cluster/chaos-mesh-outage.test.ts',
      'test/cluster/kubernetes-outage.test.ts',
    ]),
  );
}

/** The knee of a server whose capacity is known, found from below and from above. */
function proveKnee(times: number): Promise<boolean> {
  return repeatedly(times, () =>
    proveByTests('load', { ORDEAL_PROVE_KNEE: '1' }, ['test/knee/knee.test.ts']),
  );
}

/** A Patroni leader killed, stopped, frozen and partitioned, and killed at the usual ttl. Writes the table that is documented. */
async function provePatroni(times: number): Promise<boolean> {
  const passed = await proveByTests('dr', { ORDEAL_PROVE_PATRONI: String(times) }, [
    'test/drivers/patroni/losses.test.ts',
  ]);
  await $({ cwd: root })`prettier --write docs/measurement.md`;
  return passed;
}

/** Prometheus broken in every known way while a fault is in: continuous integration tries two of them. */
function proveObservers(times: number): Promise<boolean> {
  return repeatedly(times, () =>
    proveByTests('cli', { ORDEAL_PROVE_OBSERVERS: 'all' }, [
      ...END_TO_END,
      'test/e2e/broken-prometheus.test.ts',
    ]),
  );
}

/** 200 outages of exactly known length, and what the probes measured of them. Writes the table that is documented. */
async function proveOutages(): Promise<boolean> {
  const wrote = await proveByTests('dr', { ORDEAL_PROVE_OUTAGES: 'write' }, ['test/outage/accuracy.test.ts']);
  await $({ cwd: root })`prettier --write docs/measurement.md`;
  return wrote;
}

/**
 * Bounds that contain the truth, verdicts that are monotone, lost data that acquits nobody, autoscalers that decide by
 * their figures: in so many made-up worlds.
 */
function proveBounds(worlds: number): Promise<boolean> {
  return proveByTests('shared', { ORDEAL_PROVE_BOUNDS: String(worlds) }, [
    '--testTimeout=3600000',
    'test/judge/prometheus-bounds.test.ts',
    'test/judge/autoscaler/made-up.test.ts',
  ]);
}

/** Findings against a truth that is known, beside what the usual queries say. Writes the table that is documented. */
async function proveTruth(): Promise<boolean> {
  const wrote = await proveByTests('shared', { ORDEAL_PROVE_TRUTH: 'write' }, [
    'test/prometheus/truth-cases.test.ts',
  ]);
  await $({ cwd: root })`prettier --write docs/measurement.md`;
  return wrote;
}

/**
 * Autoscalers that the real controller decides upon, looked at and judged. Writes the table that is documented, and the
 * recording that is judged again in continuous integration.
 */
async function proveAutoscaler(): Promise<boolean> {
  const passed = await proveByTests('cli', {}, ['--config', 'vitest.proof.config.ts']);
  await $({ cwd: root })`prettier --write docs/drivers/autoscalers.md`;
  return passed;
}
