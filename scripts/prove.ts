import { rmSync } from 'node:fs';
import { $, echo, minimist } from 'zx';
import { ordeal, root, workplace } from './ordeal.ts';

/*
 * The long proofs, which continuous integration only samples. `npm run prove` runs all of them;
 * `npm run prove -- gameday --times 3` only one, so often.
 */

const proofs: Readonly<
  Record<string, { readonly times: number; readonly run: (times: number) => Promise<boolean> }>
> = {
  gameday: { times: 10, run: (times) => provePasses(times, 'full') },
  short: { times: 10, run: (times) => provePasses(times, 'short') },
  kills: { times: 20, run: proveKills },
  'chaos-kills': { times: 100, run: proveChaosKills },
  knee: { times: 10, run: proveKnee },
  patroni: { times: 5, run: provePatroni },
  observers: { times: 1, run: proveObservers },
  truth: { times: 1, run: proveTruth },
};

const options = minimist(process.argv.slice(2), { string: ['times'] });
const chosen = options._.length > 0 ? options._.map(String) : Object.keys(proofs);
const unknown = chosen.filter((name) => !(name in proofs));
if (unknown.length > 0) {
  console.error(`No such proof: ${unknown.join(', ')}. There are: ${Object.keys(proofs).join(', ')}.`);
  process.exit(64);
}
let held = true;
for (const name of chosen) {
  const proof = proofs[name];
  if (proof === undefined) continue;
  const times = options['times'] === undefined ? proof.times : Number(options['times']);
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

/** The runner killed at random moments of the experiments and drills: the end-to-end test, so many times. */
async function proveKills(times: number): Promise<boolean> {
  const result = await $({
    cwd: `${root}/packages/cli`,
    stdio: 'inherit',
    env: { ...process.env, ORDEAL_PROVE_KILLS: String(times) },
  })`vitest run --config vitest.e2e.config.ts test/e2e/killed-runner.test.ts`.nothrow();
  return result.exitCode === 0;
}

/** The runner killed at random moments of each host fault and of the proxy's, and connections cut. */
async function proveChaosKills(times: number): Promise<boolean> {
  const tests = ['host/killed-runner', 'host/cut-connection'].map((name) => `test/drivers/${name}.test.ts`);
  const result = await $({
    cwd: `${root}/packages/chaos`,
    stdio: 'inherit',
    env: { ...process.env, ORDEAL_PROVE_CHAOS_KILLS: String(times) },
  })`vitest run ${tests} test/guardian.test.ts`.nothrow();
  return result.exitCode === 0;
}

/** The knee of a server whose capacity is known, found from below and from above. */
async function proveKnee(times: number): Promise<boolean> {
  for (let round = 1; round <= times; round += 1) {
    const result = await $({
      cwd: `${root}/packages/load`,
      stdio: 'inherit',
      env: { ...process.env, ORDEAL_PROVE_KNEE: '1' },
    })`vitest run test/knee/knee.test.ts`.nothrow();
    if (result.exitCode !== 0) return false;
  }
  return true;
}

/** A Patroni leader killed, stopped, frozen and partitioned, and killed at the usual ttl. */
async function provePatroni(times: number): Promise<boolean> {
  const result = await $({
    cwd: `${root}/packages/dr`,
    stdio: 'inherit',
    env: { ...process.env, ORDEAL_PROVE_PATRONI: String(times) },
  })`vitest run test/drivers/patroni/losses.test.ts`.nothrow();
  return result.exitCode === 0;
}

/** Prometheus broken in every known way while a fault is in: continuous integration tries two of them. */
async function proveObservers(times: number): Promise<boolean> {
  for (let round = 1; round <= times; round += 1) {
    const result = await $({
      cwd: `${root}/packages/cli`,
      stdio: 'inherit',
      env: { ...process.env, ORDEAL_PROVE_OBSERVERS: 'all' },
    })`vitest run --config vitest.e2e.config.ts test/e2e/broken-prometheus.test.ts`.nothrow();
    if (result.exitCode !== 0) return false;
  }
  return true;
}

/** Findings against a truth that is known, beside what the usual queries say. Writes the table that is documented. */
async function proveTruth(): Promise<boolean> {
  const result = await $({
    cwd: `${root}/packages/shared`,
    stdio: 'inherit',
    env: { ...process.env, ORDEAL_PROVE_TRUTH: 'write' },
  })`vitest run test/prometheus/truth-cases.test.ts`.nothrow();
  await $({ cwd: root })`prettier --write docs/measurement.md`;
  return result.exitCode === 0;
}
