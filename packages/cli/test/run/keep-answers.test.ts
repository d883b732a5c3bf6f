import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '@ordeal/shared/journal/journal';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { watchForSplitBrain } from '@ordeal/dr/split-brain/watch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepAnswers } from '../../src/run/phases/keep-answers.ts';

let dir: string;
let warnings: string[];
const journal = {
  append: (event: { readonly message: string }) => void warnings.push(event.message),
} as unknown as Journal;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-answers-'));
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Two nodes are asked for a moment, and every answer is kept. */
async function watchInto(path: string): Promise<string> {
  const watch = watchForSplitBrain(
    {
      store: {
        openQuestions: () => ({
          ask: async (node) => {
            const now = systemClock.now();
            return { node, asked: now, answered: now, takes: 'no', detail: 'it is a standby' };
          },
          close: () => undefined,
        }),
      },
      nodes: ['a', 'b'],
      everyMs: 1,
      blindMs: 5000,
      onAnswer: keepAnswers(path, journal),
    },
    { clock: systemClock, signal: new AbortController().signal, say: () => undefined },
  );
  await systemClock.sleep(20);
  return (await watch.stop()).outcome;
}

it('keeps every answer', async () => {
  const path = join(dir, 'writers.jsonl');
  expect(await watchInto(path)).toBe('excluded');
  const kept = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(kept.map((line) => (JSON.parse(line) as { node: string }).node)).toEqual(
    expect.arrayContaining(['a', 'b']),
  );
  expect(warnings).toEqual([]);
});

it('goes on where the disk takes none, and says so once: a drill must not end in the middle for it', async () => {
  // Every write to it fails as on a full disk.
  expect(await watchInto('/dev/full')).toBe('excluded');
  expect(warnings).toEqual([expect.stringMatching(/^not every answer .* in \/dev\/full: ENOSPC/)]);
});
