import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDurableLog } from '../../src/observers/durable-log.ts';

let dir = '';
let path = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-log-'));
  path = join(dir, 'log.jsonl');
});

afterEach(() => rmSync(dir, { recursive: true }));

describe('a durable log', () => {
  it('has what was added in its file when it says so, in its order, and not before it is asked', async () => {
    const log = openDurableLog(path);
    log.add('1\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readFileSync(path, 'utf8')).toBe('');
    const first = log.commit();
    log.add('2\n');
    await first;
    const later = log.append({ three: 3 });
    log.add('4\n');
    await Promise.all([later, log.commit()]);
    expect(readFileSync(path, 'utf8')).toBe('1\n2\n{"three":3}\n4\n');
  });

  it('keeps everything that is added while it writes, for every one that waits', async () => {
    const log = openDurableLog(path);
    const lines: string[] = [];
    const waiting: Promise<void>[] = [];
    for (let n = 0; n < 200; n += 1) {
      lines.push(`${n}\n`);
      log.add(`${n}\n`);
      const upTo = lines.join('');
      const seen = log.commit().then(() => expect(readFileSync(path, 'utf8').startsWith(upTo)).toBe(true));
      waiting.push(seen);
      if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, n % 3));
    }
    await Promise.all(waiting);
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  });

  it('hands over at once what is waiting', () => {
    const log = openDurableLog(path);
    log.add('1\n');
    log.flushNow();
    expect(readFileSync(path, 'utf8')).toBe('1\n');
  });

  it('adds nothing to a file that is there', () => {
    writeFileSync(path, 'of another run');
    expect(() => openDurableLog(path)).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('of another run');
  });
});
