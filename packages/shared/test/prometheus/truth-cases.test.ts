import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startPrometheus, type RealPrometheus } from './real-prometheus.ts';
import { alertCases, ruleGroups } from './truth/cases/alerts.ts';
import { counterCases } from './truth/cases/counters.ts';
import { latencyCases } from './truth/cases/latencies.ts';
import { otherCases } from './truth/cases/others.ts';
import { runCases, type Row } from './truth/run-cases.ts';
import { sumOf, tableOf } from './truth/table.ts';

/** Scrapes are simulated, with stamps of their own, and written into a real Prometheus: nothing here waits. */
const cases = [...counterCases, ...latencyCases, ...otherCases, ...alertCases];
const places = cases.flatMap((one) => one.rows.map((spec) => [`${one.name}: ${spec.what}`] as const));

let server: RealPrometheus;
let rows: readonly Row[];

beforeAll(async () => {
  server = await startPrometheus(15_000, [], { remoteWrite: true, ruleGroups, evaluationIntervalMs: 200 });
  await eventually(10_000, 'the rules were evaluated', async () => {
    const text = await (await fetch(`${server.url}/api/v1/rules`)).text();
    return !text.includes('"health":"unknown"');
  });
  rows = await runCases(server.url, cases);
});
afterAll(() => server?.stop());

describe('against the truth', () => {
  test.each(places)('%s', (name) => {
    const row = rows.find(({ case: of, spec }) => `${of}: ${spec.what}` === name);
    if (row === undefined) throw new Error('no row');
    const { finding, spec, judged } = row;
    const said = JSON.stringify(finding);
    expect(finding.reason ?? finding.outcome, said).toBe(spec.expected);
    if (spec.knownLimit !== undefined) return;
    expect(judged, said).not.toBe('wrong');
    // A value beside any other reason is shown, and claims nothing.
    if (finding.outcome === 'inconclusive' && finding.reason !== 'straddles-limit') return;
    if (finding.value === null || spec.truth === null) return;
    // The server's own arithmetic rounds.
    const tiny = 1e-9 * Math.abs(spec.truth);
    expect(finding.value.low, said).toBeLessThanOrEqual(spec.truth + tiny);
    expect(finding.value.high ?? Infinity, said).toBeGreaterThanOrEqual(spec.truth - tiny);
  });
});

const begins = '<!-- truth: written by npm run prove -- truth -->';
const ends = '<!-- truth: ends -->';
const documentation = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'measurement.md');

test('the documentation shows these rows', () => {
  const section = `${begins}\n\n${sumOf(rows)}\n\n${tableOf(rows)}\n\n${ends}`;
  console.log(section);
  const text = readFileSync(documentation, 'utf8');
  const from = text.indexOf(begins);
  const to = text.indexOf(ends) + ends.length;
  expect(from, `${documentation} has no place for the table: ${begins}`).toBeGreaterThan(0);
  if (env['ORDEAL_PROVE_TRUTH'] !== undefined) {
    writeFileSync(documentation, text.slice(0, from) + section + text.slice(to));
    return;
  }
  const plain = (table: string): string => table.replaceAll(/[ ]+|-{3,}/g, ' ').replaceAll(/ +/g, ' ');
  expect(plain(text.slice(from, to)), 'run `npm run prove -- truth`').toBe(plain(section));
});
