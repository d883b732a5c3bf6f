import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { PrometheusReading } from '@ordeal/shared/judge/readings';
import type { RunRecord } from '@ordeal/shared/record/record';
import { observationsOf, windowAt } from '../../../shared/test/judge/observations-of.ts';
import { readObservations } from '../../src/commands/read-record.ts';
import { asKept, keepEvidence } from '../../src/run/evidence.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-evidence-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const reading: PrometheusReading = {
  kind: 'samples',
  window: 'smoke',
  selector: 'up{said="one\u2028line\nor two"}',
  leadMs: 0,
  scrapeIntervalMs: 1000,
  answer: { ok: false, error: { kind: 'unreachable', message: 'nobody answers' } },
  scrapes: null,
};

/** What is read back of it later. */
async function keptAndRead(readings: readonly PrometheusReading[]): Promise<{
  readonly before: Observations;
  readonly after: Observations;
}> {
  const before = { ...observationsOf({ windows: [windowAt('smoke', 0, 100)] }), readings };
  const evidence = await keepEvidence(dir, before);
  for (const { file, bytes } of evidence) expect(statSync(join(dir, file)).size).toBe(bytes);
  return { before, after: await readObservations(dir, { evidence } as RunRecord) };
}

it.each([0, 1, 3])('reads back as it was kept, with %i readings', async (count) => {
  const { before, after } = await keptAndRead(Array.from({ length: count }, () => reading));
  expect(after).toEqual(asKept(before));
  expect(after.readings).toHaveLength(count);
});
