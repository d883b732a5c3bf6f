import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, it } from 'vitest';
import { allLanes, sampleLanes } from './accuracy/cases.ts';
import { runLane } from './accuracy/run-lane.ts';
import { sumOf, tableOf } from './accuracy/table.ts';

const begins = '<!-- outages: written by npm run prove -- outages -->';
const ends = '<!-- outages: end -->';
const documentation = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'measurement.md');
const proving = env['ORDEAL_PROVE_OUTAGES'] !== undefined;

it('an outage of exactly known length lies within its interval, which is as narrow as promised', async () => {
  const lanes = proving ? allLanes : sampleLanes;
  const tried = (await Promise.all(lanes.map(runLane))).flat();
  console.log(`${sumOf(tried)}\n\n${tableOf(tried)}`);
  const wrong = tried
    .flatMap((one) => one.trials)
    .flatMap(({ measured }) => measured)
    .flatMap((one) => one.wrong);
  expect(wrong).toEqual([]);
  const trials = lanes.flatMap((lane) => lane.cases).reduce((sum, one) => sum + one.trials, 0);
  expect(tried.flatMap((one) => one.trials)).toHaveLength(trials);
  if (!proving) return;
  const text = readFileSync(documentation, 'utf8');
  const from = text.indexOf(begins);
  const to = text.indexOf(ends);
  expect(from, `${documentation} has no place for the table: ${begins}`).toBeGreaterThan(0);
  writeFileSync(
    documentation,
    `${text.slice(0, from)}${begins}\n\n${sumOf(tried)}\n\n${tableOf(tried)}\n\n${text.slice(to)}`,
  );
}, 1_200_000);
