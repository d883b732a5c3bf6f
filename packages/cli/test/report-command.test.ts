import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reportCommand } from '../src/commands/report.ts';
import type { Edge } from '../src/edge.ts';

it('says of a record that somebody has changed, and of a page that cannot be written, what is wrong', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-report-'));
  try {
    const report = (name: string, record: object, occupied = false) => {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, name, 'record.json'), JSON.stringify(record));
      if (occupied) mkdirSync(join(dir, name, 'report.html'));
      return reportCommand(join(dir, name), {}, { cwd: dir } as Edge);
    };
    const changed = { schemaVersion: 1, run: {}, verdict: {}, findings: [], windows: null };
    await expect(report('changed', changed)).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('cannot be rendered'),
    });
    const empty = {
      schemaVersion: 1,
      run: { id: 'x', platform: 'shop', scenario: 'gameday', kind: 'smoke', seed: 1, suiteVersion: '1' },
      verdict: { outcome: 'pass', exitCode: 0, reasons: [] },
      findings: [],
      windows: [],
      experiments: [],
      drills: [],
      loads: [],
      residue: [],
      environment: {},
    };
    await expect(report('occupied', empty, true)).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('cannot be rendered'),
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
