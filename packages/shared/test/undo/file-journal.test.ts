import { mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileJournal } from '../../src/journal/file-journal.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import type { JournalEntry } from '../../src/timeline/event.ts';

let dir: string;
let heard: JournalEntry[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-journal-'));
  heard = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const listen = (entry: JournalEntry): void => void heard.push(entry);

describe('the journal on disk', () => {
  it('has each event in the file when append returns, and tells the listeners', () => {
    const path = join(dir, 'journal.jsonl');
    const journal = createFileJournal(path, systemClock, [listen]);
    const first = journal.append({ type: 'note', message: 'one\ntwo' });
    expect(lines(path)).toEqual([first]);
    journal.append({ type: 'warning', message: 'three' });
    expect(lines(path)).toEqual(heard);
    expect(first.monotonicMs).toBeLessThanOrEqual(systemClock.now());
    journal.close();
  });

  it('warns once on a full disk, never throws, and writes everything once there is room', () => {
    const path = join(dir, 'journal.jsonl');
    symlinkSync('/dev/full', path);
    const journal = createFileJournal(path, systemClock, [listen]);
    for (let index = 0; index < 50; index += 1) journal.append({ type: 'note', message: String(index) });
    const warnings = heard.filter(({ type }) => type === 'warning');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ message: expect.stringMatching(/ENOSPC.*free the disk/) });
    expect(journal.problem()).toMatch(/ENOSPC/);
    unlinkSync(path);
    journal.append({ type: 'note', message: 'room again' });
    expect(journal.problem()).toBeUndefined();
    expect(lines(path)).toHaveLength(52);
    expect(lines(path).filter(({ type }) => type === 'note')).toHaveLength(51);
    journal.close();
  });

  it('counts what it had to give up', () => {
    const path = join(dir, 'journal.jsonl');
    symlinkSync('/dev/full', path);
    const journal = createFileJournal(path, systemClock, []);
    for (let index = 0; index < 10_100; index += 1) journal.append({ type: 'note', message: 'x' });
    unlinkSync(path);
    journal.append({ type: 'note', message: 'room again' });
    expect(journal.problem()).toMatch(/\d+ lines .* given up/);
    expect(lines(path).at(-1)).toMatchObject({ message: 'room again' });
  });

  it('goes on when a listener fails, and stops telling it', () => {
    const path = join(dir, 'journal.jsonl');
    let told = 0;
    const failing = (): void => {
      told += 1;
      throw new Error('terminal gone');
    };
    const journal = createFileJournal(path, systemClock, [failing, listen]);
    journal.append({ type: 'note', message: 'one' });
    journal.append({ type: 'note', message: 'two' });
    expect(told).toBe(1);
    expect(heard.map(({ type }) => type)).toEqual(['note', 'warning', 'note']);
  });
});

function lines(path: string): JournalEntry[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
}
