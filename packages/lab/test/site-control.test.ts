import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SiteControl } from '../src/control/site-control.ts';
import { inLab } from '../src/layout/paths.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-sc-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A lab whose site a has this as the program of its supervisor. */
function labWith(program: string): SiteControl {
  const node = join(dir, 'program');
  writeFileSync(node, `#!/bin/sh\n${program}\n`, { mode: 0o700 });
  const config = inLab.config(dir, 'a');
  for (const file of [config, inLab.socket(dir, 'a'), inLab.log(dir, 'a', 'supervisor')])
    mkdirSync(dirname(file), { recursive: true });
  writeFileSync(config, JSON.stringify({ node }));
  return new SiteControl(dir, systemClock);
}

describe('a supervisor', () => {
  it('that gives way to one that is still on its way up is no failure', async () => {
    const control = labWith('exit 0');
    const quicker = createServer((socket) => socket.end());
    const listening = systemClock.sleep(400).then(() => quicker.listen(inLab.socket(dir, 'a')));
    try {
      await expect(control.launch('a')).resolves.toBeUndefined();
    } finally {
      await listening;
      quicker.close();
    }
  });

  it('that breaks is told with the end of its log', async () => {
    await expect(labWith('echo no memory; exit 3').launch('a')).rejects.toThrow(
      /^The supervisor of a ended \(code 3\)\. Its log ends with:\nno memory/,
    );
  });
});
