import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import {
  eventually,
  startPrometheus,
  type RealPrometheus,
} from '../../shared/test/prometheus/real-prometheus.ts';
import { ScriptedExporter } from '../../shared/test/prometheus/scripted-exporter.ts';
import {
  makeGatedPlatform,
  SCRAPE_MS,
  untilSaid,
  type GatedPlatform,
  type Running,
} from './gate/gated-platform.ts';

/** A real Prometheus is watched for a while by the command itself. */

vi.setConfig({ testTimeout: 90_000 });

let exporters: ScriptedExporter[];
let targets: string[];
let prometheus: RealPrometheus;
let shop: GatedPlatform;
let traffic: ReturnType<typeof setInterval>;
/** Of each ten requests to an exporter, so many fail. */
let failing: number[];
/** So many times as many requests are served as usual. */
let busy = 1;

beforeAll(async () => {
  exporters = [new ScriptedExporter(), new ScriptedExporter()];
  failing = [0, 0];
  targets = await Promise.all(exporters.map((one) => one.start()));
  traffic = setInterval(() => {
    exporters.forEach((one, index) => {
      const bad = failing[index] ?? 0;
      one.count(busy * (10 - bad), busy * bad);
    });
  }, 30);
  prometheus = await startPrometheus(SCRAPE_MS, [{ job: 'shop', targets }]);
  shop = makeGatedPlatform(prometheus.url);
}, 60_000);
afterEach(async () => {
  // Then there is nothing to get rid of.
  if (servesAsUsual()) return;
  failing = [0, 0];
  busy = 1;
  for (const one of exporters) one.override = undefined;
  await scraped();
});
afterAll(async () => {
  clearInterval(traffic);
  await prometheus.stop();
  await Promise.all(exporters.map((one) => one.stop()));
  shop.remove();
});

const servesAsUsual = (): boolean =>
  busy === 1 &&
  failing.every((share) => share === 0) &&
  exporters.every(({ override }) => override === undefined);
const check = (...args: string[]): Running =>
  shop.start(['check', '--platform', 'shop', '--every', '500ms', ...args]);
/** What was served before is in an earlier scrape than what is watched from now on. */
const scraped = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4 * SCRAPE_MS));
const finding = (name: string): Finding | undefined =>
  shop.record().findings.find(({ objective }) => objective.startsWith(name));
const journal = (): readonly JournalEntry[] =>
  readFileSync(join(shop.newestRun(), 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
const watchedMs = (): number => {
  const [window] = shop.record().windows;
  return (window?.monotonicTo ?? 0) - (window?.monotonicFrom ?? 0);
};

describe('a watch', () => {
  it('of a healthy platform takes all its time, shows how objectives stand, and passes', async () => {
    const { code, stdout, stderr } = await check('--for', '3s').finished;
    expect(stderr).toBe('');
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('hold so far');
    expect(watchedMs()).toBeCloseTo(3000, 0);
    expect(shop.record().run).toMatchObject({ kind: 'check', scenario: '3s' });
    expect(journal().map(({ type }) => type)).toContain('standing');
    const again = await shop.run(['judge', shop.newestRun()], '/');
    expect(again.stdout).toContain('the same findings, byte for byte');
    expect(again.code).toBe(0);
  });

  it('ends as soon as failure is certain, long before its time, and says why', async () => {
    for (const one of exporters) one.override = '77';
    const { code, stdout } = await check('--for', '1h', '--objective', 'in flight').finished;
    expect(code).toBe(1);
    expect(stdout).toContain('in flight cannot hold any more');
    expect(finding('in flight')).toMatchObject({ outcome: 'fail', value: { low: 77, high: 77 } });
    expect(watchedMs()).toBeLessThan(60_000);
    expect(shop.record().environment.settings['ended early']).toContain('cannot hold any more');
    expect((await shop.run(['judge', shop.newestRun()])).stdout).toContain('byte for byte');
  });

  it('goes on while a failure may still turn, and a share that recovers passes', async () => {
    failing = [2, 2];
    const running = check('--for', '12s', '--objective', 'errors');
    await untilSaid(running, '(it may still turn)');
    failing = [0, 0];
    // However late that was seen, what is left of the time is enough.
    busy = 20;
    const { code, stdout } = await running.finished;
    expect(code, stdout).toBe(0);
    expect(watchedMs()).toBeCloseTo(12_000, 0);
  });

  it('that is interrupted judges what there is, and exits 130', async () => {
    const running = check('--for', '1h');
    await untilSaid(running, 'hold so far');
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain('what was seen so far is judged');
    expect(stdout).toContain('INTERRUPTED');
    expect(shop.record().verdict).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
    expect(finding('in flight')).toMatchObject({ outcome: 'pass' });
    expect(watchedMs()).toBeLessThan(60_000);
  });

  it.each([
    [['--for', '30'], '--for', 'no unit'],
    [['--for', '169h'], '--for', 'at most 7d'],
    [['--for', '3s', '--every', 'often'], '--every', 'a duration'],
    [['--for', '500ms'], '--for', '4 scrapes'],
    [['--for', '3s', '--objective', 'latencies'], '--objective', 'latency'],
    [['--for', '3s', '--scope', '{'], '--scope', 'label matchers'],
    [[], '--for', 'not specified'],
  ])('with %j is wrong usage', async (args, place, sentence) => {
    const { code, stderr } = await shop.run(['check', '--platform', 'shop', ...args]);
    expect(stderr).toContain(place);
    expect(stderr).toContain(sentence);
    expect(code).toBe(64);
  });
});

describe('instances that started after the deploy', () => {
  const own = ['--for', '3s', '--objective', 'errors', 'in flight'];

  it('are judged alone: the old ones neither hide nor add anything', async () => {
    // Both began with the test; the second is deployed anew, at least a whole second later.
    failing = [10, 0];
    const deployed = (Math.floor(Date.now() / 1000) + 1) * 1000;
    await eventually(5000, 'a second has passed', () => Promise.resolve(Date.now() > deployed));
    exporters[1]?.restart();
    // What was counted between the last scrape and the restart is not within what is watched.
    await scraped();
    const since = ['--started-after', new Date(deployed).toISOString()];
    const { code, stdout } = await check(...own, ...since).finished;
    expect(code, stdout).toBe(0);
    expect(finding('instances started after')).toMatchObject({ outcome: 'pass', value: { low: 1, high: 1 } });
    expect(finding('errors')).toMatchObject({ outcome: 'pass', value: { low: 0, high: 0 } });
    expect(shop.record().environment.settings['instances']).toBe(targets[1]);
    expect(stdout).toContain(`new instances: ${targets[1]}`);

    failing = [0, 10];
    const bad = await check(...own, ...since).finished;
    expect(bad.code, bad.stdout).toBe(1);
    // All together half of it fails; only the old ones' half is counted here.
    failing = [0, 0];
    await scraped();
    const all = await check(...own).finished;
    expect(all.code, all.stdout).toBe(0);
  });

  it('of which there is none are inconclusive, never a pass', async () => {
    const future = (Math.floor(Date.now() / 1000) + 1) * 1000;
    await eventually(5000, 'that is past', () => Promise.resolve(Date.now() > future));
    const { code, stdout } = await check(...own, '--started-after', new Date(future).toISOString()).finished;
    expect(code).toBe(2);
    expect(stdout).toContain('instances started after');
    expect(shop.record().environment.settings['instances']).toBe('none was found');
    expect(
      shop.record().findings.filter(({ severity, outcome }) => severity === 'must' && outcome === 'pass'),
    ).toEqual([]);
  });

  it('are found when they join later, also without having been there at the start', async () => {
    const since = ['--started-after', new Date(Math.ceil(Date.now() / 1000) * 1000).toISOString()];
    await eventually(5000, 'that is past', () => Promise.resolve(Date.now() > Date.parse(since[1] ?? '')));
    const running = check('--for', '8s', '--objective', 'errors', 'in flight', ...since);
    await untilSaid(running, 'hold so far');
    failing = [0, 10];
    exporters[1]?.restart();
    await untilSaid(running, `new instances: ${targets[1]}`);
    const { code } = await running.finished;
    expect(code).toBe(1);
    expect(finding('errors')).toMatchObject({ outcome: 'fail' });
  });
});

// The last one: nothing can be watched after it.
describe('a watch that loses its Prometheus', () => {
  it('goes on, says so, and is inconclusive', async () => {
    const running = check('--for', '5s');
    await untilSaid(running, 'hold so far');
    prometheus.process.kill('SIGKILL');
    const { code, stdout } = await running.finished;
    expect(code).toBe(2);
    expect(stdout).toContain('The watch goes on');
    expect(watchedMs()).toBeCloseTo(5000, 0);
    const own = ['errors', 'in flight', 'latency', 'anything'].map((name) => finding(name)?.outcome);
    expect(own).toEqual(own.map(() => 'inconclusive'));
  });
});
