import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '@ordeal/shared/record/record';
import { readSite } from '@ordeal/lab/read-site';
import { makeWorkplace, type Finished } from './ordeal.ts';

/** The main job, once: what a newcomer sees after `npm start`, at the short pace. `npm run prove -- platforms` measures the full one. */
describe('a whole game day on the healthy lab', () => {
  const workplace = makeWorkplace();
  const lab = ['--lab', '--lab-name', 'e2e-full'];
  let finished: Finished;
  let record: RunRecord;

  beforeAll(async () => {
    finished = await workplace.run('gameday', '--pace', 'short', '--platform', 'agentic-platform', ...lab);
    record = workplace.record();
  }, 400_000);
  afterAll(() => workplace.remove());

  it('passes, says so, and names the report', () => {
    expect(finished.stdout + finished.stderr).toContain('report.html');
    expect(record.verdict, workplace.why(finished)).toMatchObject({ outcome: 'pass', exitCode: 0 });
    expect(finished.code).toBe(0);
  });

  it('went through every phase on one timeline', () => {
    const phases = workplace
      .journal()
      .flatMap((entry) => (entry.type === 'phase-ended' ? [`${entry.phase} ${entry.outcome}`] : []));
    expect(phases).toEqual([
      'preflight done',
      'smoke done',
      'noisy-tenant done',
      'failing-tenant done',
      'baseline done',
      'replica-killed done',
      'database-unreachable done',
      'region-lost done',
      'failback done',
    ]);
    for (const window of record.windows) expect(window.monotonicTo).toBeGreaterThan(window.monotonicFrom);
  });

  it('proved the effect of both faults', () => {
    expect(record.experiments.map((one) => [one.name, one.effective])).toEqual([
      ['replica-killed', true],
      ['database-unreachable', true],
    ]);
    for (const one of record.experiments) expect(one.recoverySeconds).not.toBeNull();
  });

  it('measured both drills: an RTO interval, nothing lost, every write accounted for', () => {
    expect(record.drills.map((one) => one.name)).toEqual(['region-lost', 'failback']);
    for (const drill of record.drills) {
      expect(drill.rto.high).not.toBeNull();
      expect(drill.rto.low).toBeLessThanOrEqual(drill.rto.high ?? 0);
      expect(drill.rpo.acknowledged).toBeGreaterThan(100);
      expect(drill.rpo).toMatchObject({ lost: 0, duplicate: 0, phantom: 0, corrupt: 0, resurrected: 0 });
      expect(drill.steps.every((step) => step.outcome === 'done')).toBe(true);
    }
    const [failover] = record.drills;
    expect(failover?.rto.low).toBeGreaterThan(0);
    expect(Object.keys(failover?.decomposition ?? {})).toEqual(
      expect.arrayContaining(['detected', 'promoted', 'routed', 'recovered']),
    );
  });

  it('judged from Prometheus and from the client', () => {
    const signals = new Set(record.findings.map((finding) => finding.objective));
    const judged = ['client errors', 'client p95', 'API errors', 'API p95', 'RTO', 'RPO', 'smoke gate'];
    const alerts = [
      'alert on a lost region',
      'alerts on the region that still fire',
      'alert on a tenant over its quota',
    ];
    for (const name of [...judged, ...alerts]) {
      expect(signals).toContain(name);
    }
    for (const finding of record.findings.filter((one) => one.severity === 'must')) {
      expect(finding, JSON.stringify(finding)).toMatchObject({ outcome: 'pass' });
      expect(finding.value).not.toBeNull();
    }
  });

  it('left nothing: no residue, no lab, no process', () => {
    expect(record.residue).toEqual([]);
    expect(readSite('e2e-full')).toBeUndefined();
    expect(processesOf(workplace.dir)).toEqual([]);
  });

  it('wrote everything that the record promises', () => {
    const dir = workplace.newestRun();
    for (const file of ['journal.jsonl', 'record.json', 'junit.xml', 'summary.md', 'report.html']) {
      expect(existsSync(join(dir, file)), file).toBe(true);
    }
    expect(record).toMatchObject({
      schemaVersion: 1,
      run: { platform: 'agentic-platform', scenario: 'gameday' },
    });
    expect(readFileSync(join(dir, 'junit.xml'), 'utf8')).toContain('failures="0"');
    expect(readFileSync(join(dir, 'report.html'), 'utf8')).not.toMatch(/(?:src|href)="https?:/);
  });

  it('comes to the same verdict offline, from the folder alone', async () => {
    const again = await workplace.run('judge');
    expect(again.stdout).toContain('the same findings, byte for byte');
    expect(again.code).toBe(0);
  });

  it('has nothing to recover', async () => {
    const recover = await workplace.run('recover');
    expect(recover).toMatchObject({ code: 0, stdout: 'Nothing is left of any run.\n' });
  });
});

function processesOf(dir: string): readonly string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(dir) || line.includes('ordeal-lab-0-e2e-full'));
}
