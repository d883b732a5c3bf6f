import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import {
  eventually,
  startPrometheus,
  type RealPrometheus,
} from '../../shared/test/prometheus/real-prometheus.ts';
import { ScriptedExporter } from '../../shared/test/prometheus/scripted-exporter.ts';
import { makeGatedPlatform, SCRAPE_MS, type Finished, type GatedPlatform } from './gate/gated-platform.ts';

/** A past interval of a real Prometheus is judged, and judged again from its folder alone. */

const exporter = new ScriptedExporter();
let prometheus: RealPrometheus;
let shop: GatedPlatform;
/** Wall-clock instants: nothing went wrong from `start` to `broke`; from then on half of all failed, to `end`. */
let start: number;
let broke: number;
let end: number;
let finished: Finished;
let recorded: RunRecord;
let folder: string;

const iso = (wallMs: number): string => new Date(wallMs).toISOString();
const judge = (...args: string[]) => shop.run(['judge', '--platform', 'shop', ...args]);

beforeAll(async () => {
  const target = await exporter.start();
  prometheus = await startPrometheus(SCRAPE_MS, [{ job: 'shop', targets: [target] }]);
  shop = makeGatedPlatform(prometheus.url);
  const serve = async (ms: number, bad: number): Promise<number> => {
    const until = Date.now() + ms;
    await eventually(ms + 10_000, 'traffic was served', async () => {
      exporter.count(10 - bad, bad);
      return Date.now() >= until;
    });
    return Date.now();
  };
  await serve(1000, 0);
  start = Date.now();
  broke = await serve(3500, 0);
  end = await serve(3500, 5);
  await serve(500, 5);
  finished = await judge('--from', iso(start), '--to', iso(broke));
  recorded = shop.record();
  folder = shop.newestRun();
}, 60_000);
afterAll(async () => {
  await prometheus.stop();
  await exporter.stop();
  shop.remove();
});

describe('a past interval', () => {
  it('is judged by all that Prometheus can tell, and passes where nothing went wrong', () => {
    expect(finished.stderr).toBe('');
    expect(finished.code, finished.stdout).toBe(0);
    expect(recorded.run).toMatchObject({ kind: 'judge', platform: 'shop' });
    expect(recorded.windows).toMatchObject([{ name: 'interval', from: iso(start), to: iso(broke) }]);
    const own = recorded.findings
      .filter(({ window }) => window === 'interval')
      .map(({ objective }) => objective);
    expect(own).toEqual(expect.arrayContaining(['errors', 'in flight', 'latency', 'anything']));
    expect(own).not.toContain('client errors');
    expect(recorded.otherObjectives).toEqual(['client errors']);
    for (const file of ['journal.jsonl', 'junit.xml', 'summary.md', 'report.html']) {
      expect(readFileSync(join(folder, file), 'utf8').length).toBeGreaterThan(100);
    }
  });

  it('fails where it did, with Unix seconds as well, and --json prints the record', async () => {
    const args = [
      '--from',
      String(broke / 1000),
      '--to',
      String(end / 1000),
      '--objective',
      'errors',
      '--json',
    ];
    const { code, stdout, stderr } = await judge(...args);
    expect(code, stderr).toBe(1);
    const record = JSON.parse(stdout) as RunRecord;
    const errors = record.findings.find(({ objective }) => objective === 'errors');
    expect(errors).toMatchObject({ outcome: 'fail' });
    expect(errors?.value?.low).toBeLessThanOrEqual(0.5);
    expect(errors?.value?.high).toBeGreaterThanOrEqual(0.5);
    expect(stderr).toContain('FAIL');
    // Of what nobody asked for here nothing is said, and that is said.
    expect(record.otherObjectives).toEqual(['in flight', 'latency', 'anything', 'client errors']);
    expect(stderr).toContain('4 other objectives of the platform are not asked for here');
  });

  it('of which Prometheus says nothing is inconclusive', async () => {
    const { code, stdout } = await judge('--from', iso(start - 3_600_000), '--to', iso(start - 3_590_000));
    expect(code).toBe(2);
    expect(stdout).toContain('INCONCLUSIVE');
  });
});

describe('a scope', () => {
  it('narrows to instances, and stays in the evidence', async () => {
    const { code, stdout } = await judge(
      '--from',
      iso(start),
      '--to',
      iso(broke),
      '--objective',
      'errors',
      '--scope',
      'instance=~".+"',
    );
    expect(code, stdout).toBe(0);
    const observations = readFileSync(join(shop.newestRun(), 'observations.json'), 'utf8');
    expect(observations).toContain('requests_total{instance=~\\".+\\"}');
  });

  it('that fits nothing is inconclusive, never a pass', async () => {
    const { code } = await judge(
      '--from',
      iso(start),
      '--to',
      iso(broke),
      '--objective',
      'errors',
      '--scope',
      'instance="nobody"',
    );
    expect(code).toBe(2);
  });

  it('by a label that some series lack is refused: what they count would read as zero', async () => {
    const { code, stderr } = await judge(
      '--from',
      iso(start),
      '--to',
      iso(broke),
      '--objective',
      'in flight',
      'errors',
      '--scope',
      'code="200"',
    );
    expect(code).toBe(64);
    expect(stderr).toContain('in flight: 1 series of in_flight have no label code');
  });

  it('cannot be put into PromQL that does not say where', async () => {
    const { code, stderr } = await judge('--from', '-3s', '--scope', 'instance!=""');
    expect(code).toBe(64);
    expect(stderr).toContain('objectives["anything"].signal.query');
    expect(stderr).toContain('$scope');
  });
});

it.each(['judge', 'check'])(
  '%s of a latency limit at which the histogram does not count is refused',
  async (command) => {
    const odd = makeGatedPlatform(
      prometheus.url,
      `p50: { signal: { from: 'prometheus', measure: 'latency', quantile: 0.5, histogram: 'took_seconds', matchers: '' },
      comparator: '<=', limit: 123, unit: 'ms' },`,
    );
    const span = command === 'judge' ? ['--from', iso(start), '--to', iso(broke)] : ['--for', '1h'];
    const { code, stderr } = await odd.run([command, '--platform', 'shop', ...span]);
    expect(stderr).toContain('objective "p50"');
    expect(stderr).toContain('expected  a bucket of took_seconds with le="0.123" (123 ms)');
    expect(code).toBe(64);
    odd.remove();
  },
);

it('too short for growth says so where nobody asked for it, and is refused where somebody did', async () => {
  const leaking = makeGatedPlatform(
    prometheus.url,
    `leak: { signal: { from: 'prometheus', measure: 'leak', of: { gauge: 'in_flight' } },
      comparator: '<=', limit: 1, unit: '1/h' },`,
  );
  const span = ['judge', '--platform', 'shop', '--from', iso(start), '--to', iso(broke)];
  const all = await leaking.run(span);
  expect(all.code, all.stderr).toBe(0);
  expect(all.stdout).toContain('leak is not judged: that takes a window of at least');
  const named = await leaking.run([...span, '--objective', 'errors', 'leak']);
  expect(named.code).toBe(64);
  expect(named.stderr).toContain('--from, for objective "leak"');
  leaking.remove();
});

describe('wrong flags end with 64 before anything is asked', () => {
  it.each([
    [['--to', 'now'], '--from', 'the start of the interval'],
    [['--from', '-5s', '--to', '-10s'], '--to', 'after --from'],
    [['--from', '-5s', '--to', '-5s'], '--to', 'after --from'],
    [['--from', '-5s', '--to', '2999-01-01T00:00:00Z'], '--to', 'an instant that is past'],
    [['--from', 'yesterday'], '--from', 'an ISO time with its zone'],
    [['--from', '2026-01-01T00:00:00'], '--from', 'an ISO time with its zone'],
    [['--from', '-15'], '--from', 'no unit'],
    [['--from', '-99999999999999999999s'], '--from', 'before 1970'],
    [['--from', '1969-12-31T23:59:59Z'], '--from', 'before 1970'],
    [['--from', '-500ms'], '--from', '4 scrapes'],
    [['--from', '-5s', '--scope', 'version=v2'], '--scope', 'label matchers'],
    [['--from', '-5s', '--started-after', '2999-01-01T00:00:00Z'], '--started-after', 'past'],
    [['--from', '-5s', '--objective', 'error'], '--objective "error"', 'did you mean "errors"?'],
    [
      ['--from', '-5s', '--objective', 'client errors'],
      '--objective "client errors"',
      'one on client error-ratio',
    ],
  ])('%j', async (args, place, sentence) => {
    const { code, stderr } = await judge(...args);
    expect(stderr).toContain(place);
    expect(stderr).toContain(sentence);
    expect(code).toBe(64);
  });

  it('names no platform, or both a run and an interval', async () => {
    expect(await shop.run(['judge', '--from', '-5s'])).toMatchObject({ code: 64 });
    expect(await judge('some-run', '--from', '-5s')).toMatchObject({ code: 64 });
  });
});

describe('a record', () => {
  let copy: string;
  beforeEach(() => {
    copy = join(mkdtempSync(join(tmpdir(), 'ordeal-record-')), 'moved');
    cpSync(folder, copy, { recursive: true });
  });
  afterEach(() => rmSync(join(copy, '..'), { recursive: true, force: true }));

  const again = (...args: string[]) => shop.run(['judge', ...args], tmpdir());
  const rewrite = (change: (record: Record<string, never>) => unknown): void => {
    const path = join(copy, 'record.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, never>;
    change(record);
    writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
  };
  /** Makes every sample of the requests in flight 99. */
  const falsify = (): void => {
    const path = join(copy, 'readings.jsonl.gz');
    const lines = gunzipSync(readFileSync(path)).toString().split('\n');
    const changed = lines.map((line) => {
      if (!line.includes('"selector":"in_flight"')) return line;
      const reading = JSON.parse(line) as {
        answer: { value: { series: { samples: [number, number][] }[] } };
      };
      for (const series of reading.answer.value.series) for (const sample of series.samples) sample[1] = 99;
      return JSON.stringify(reading);
    });
    expect(changed).not.toEqual(lines);
    writeFileSync(path, gzipSync(changed.join('\n')));
  };

  it('gives the same findings, byte for byte, from another directory and another place', async () => {
    for (const name of [copy, join(copy, 'record.json')]) {
      const { code, stdout } = await again(name);
      expect(stdout).toContain('the same findings, byte for byte');
      expect(code).toBe(0);
    }
    const { stdout } = await again(copy, '--json');
    expect(stdout).toBe(readFileSync(join(copy, 'record.json'), 'utf8'));
  });

  it('is found by its id, and as the newest of its platform', async () => {
    const id = recorded.run.id;
    expect((await shop.run(['judge', id])).stdout).toContain(folder);
    expect((await shop.run(['judge', '--platform', 'shop'])).stdout).toContain(shop.newestRun());
    expect(await shop.run(['judge', '--platform', 'another'])).toMatchObject({ code: 64 });
  });

  it('whose readings were changed is refused, and names the file', async () => {
    falsify();
    const { code, stdout, stderr } = await again(copy);
    expect(code).toBe(64);
    expect(stderr).toContain('readings.jsonl.gz was changed after it was judged');
    expect(stdout).toBe('');
  });

  it('whose evidence is missing is refused, and names all that is', async () => {
    rmSync(join(copy, 'readings.jsonl.gz'));
    rmSync(join(copy, 'observations.json'));
    const { code, stderr } = await again(copy);
    expect(code).toBe(64);
    expect(stderr).toContain('readings.jsonl.gz is missing');
    expect(stderr).toContain('observations.json is missing');
  });

  it('whose evidence was changed together with its hash says that the findings differ, and is no pass', async () => {
    falsify();
    const bytes = readFileSync(join(copy, 'readings.jsonl.gz'));
    rewrite((record: { evidence?: { file: string; sha256: string; bytes: number }[] }) => {
      const entry = record.evidence?.find(({ file }) => file === 'readings.jsonl.gz');
      if (entry === undefined) throw new Error('no evidence');
      entry.sha256 = createHash('sha256').update(bytes).digest('hex');
      entry.bytes = bytes.length;
    });
    const { code, stdout } = await again(copy);
    expect(stdout).toContain('DIFFER');
    expect(stdout).toContain('in flight (interval)');
    expect(code).toBe(1);
  });

  it.each([
    ['a finding', (record: RunRecord) => Object.assign(record.findings[0] ?? {}, { samples: 1e9 })],
    ['the verdict', (record: RunRecord) => Object.assign(record.verdict, { reasons: ['all is well'] })],
    [
      'the order of findings',
      (record: RunRecord) => Object.assign(record, { findings: record.findings.toReversed() }),
    ],
  ])('in which %s was changed differs, and is no pass', async (_, change) => {
    rewrite(change as never);
    const { code, stdout } = await again(copy);
    expect(stdout).toContain('DIFFER');
    expect(code).toBe(2);
  });

  it('of before there was evidence in it is judged from its one file', async () => {
    const observations = JSON.parse(readFileSync(join(copy, 'observations.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const { readingsIn, ...rest } = observations;
    const readings = gunzipSync(readFileSync(join(copy, String(readingsIn))))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    writeFileSync(join(copy, 'observations.json'), JSON.stringify({ ...rest, readings }));
    rmSync(join(copy, String(readingsIn)));
    rewrite((record: { evidence?: unknown }) => delete record.evidence);
    const { code, stdout } = await again(copy);
    expect(stdout).toContain('the same findings, byte for byte');
    expect(code).toBe(0);
  });

  it('that does not vouch for the readings is not judged by them', async () => {
    rewrite((record: { evidence?: unknown }) => delete record.evidence);
    const { code, stderr } = await again(copy);
    expect(stderr).toContain('does not vouch for readings.jsonl.gz');
    expect(code).toBe(64);
  });
});
