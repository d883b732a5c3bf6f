import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, it } from 'vitest';
import type { Edge } from '../src/edge.ts';
import { loadPlatform } from '../src/load/load-platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = { cwd: root, root, node: execPath, env: {} } as unknown as Edge;

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** What is made of one night (s): a dump holds the moment at which it began, and is there when it is made. */
interface Dump {
  readonly begun: number;
  readonly made: number;
}

/** A job that begins at midnight or some minutes later, and takes some minutes or most of an hour. */
const dumps: readonly Dump[] = [5, 50, 20, 40, 10, 55, 30].map((minutes, night) => {
  const begun = night * DAY + (night % 3) * MINUTE;
  return { begun, made: begun + minutes * MINUTE };
});

function ageAt(now: number, kept: readonly Dump[]): number {
  const newest = kept.findLast(({ made }) => made <= now);
  if (newest === undefined) throw new Error('there is none yet');
  return now - newest.begun;
}

it.each([
  ['agentic-platform', 'age of the nightly dump'],
  ['research-agent', 'age of the daily backup'],
  ['research-assistant', 'age of the daily dump'],
  ['marketing-agents', 'age of the daily backup'],
  ['arklex', 'age of the dump'],
])(
  'what %s promises of daily backups is held by a nightly job, and not by one that left out a night',
  async (name, objective) => {
    const { platform } = await loadPlatform(name, edge, undefined);
    const limit = platform.objectives[objective]?.limit ?? Number.NaN;

    const minutes = Array.from({ length: 6 * 24 * 60 }, (_, minute) => DAY / 2 + minute * MINUTE);
    const oldest = Math.max(...minutes.map((now) => ageAt(now, dumps)));
    expect(oldest).toBeGreaterThan(DAY);
    expect(oldest).toBeLessThanOrEqual(limit);

    const noon = 3 * DAY + DAY / 2;
    expect(ageAt(noon, dumps.toSpliced(3, 1))).toBeGreaterThan(limit);
  },
);
