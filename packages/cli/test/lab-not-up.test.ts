import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath, pid } from 'node:process';
import { expect, it } from 'vitest';

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');

it('a lab that does not come up is no mistake of whoever asked for it', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-not-up-'));
  const lab = ['lab', 'up', '--platform', 'agentic-platform', '--lab-name', `not-up-${pid}`];
  // It is there, can be run, and is no Prometheus.
  const changed = { ...env, PROMETHEUS_BIN: '/bin/false' };
  try {
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(execPath, [bin, ...lab], { cwd: dir, env: changed }, (error, _, said) =>
        resolve({ code: error?.code ?? 0, stderr: said }),
      );
    });
    expect(stderr).toContain(`The lab not-up-${pid} did not come up, and was taken down again.`);
    expect(stderr).toContain('edge/prometheus does not come up');
    expect(code).toBe(70);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
