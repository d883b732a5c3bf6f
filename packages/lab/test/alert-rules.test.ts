import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { testTools } from '@ordeal/shared/testing/tools';
import { afterAll, describe, expect, it } from 'vitest';
import { contractOf } from '../src/api/contracts/contracts.ts';
import { alertRules } from '../src/units/alert-rules.ts';

const dir = mkdtempSync(join(tmpdir(), 'ordeal-rules-'));
afterAll(() => rmSync(dir, { recursive: true }));

// It comes with Prometheus, which evaluates the rules by the same code.
const promtool = join(dirname(testTools().prometheus), 'promtool');
const run = promisify(execFile);

/** Names of the alerts that fire a second after the last sample of each series (one a second). */
async function firing(
  platform: string,
  series: Readonly<Record<string, string>>,
  at = 15,
): Promise<string[]> {
  const rules = join(dir, `${platform}.yml`);
  writeFileSync(rules, JSON.stringify(alertRules(contractOf(platform))));
  const names = alertRules(contractOf(platform)).groups.flatMap((group) =>
    group.rules.map(({ alert }) => alert),
  );
  const found: string[] = [];
  for (const alertname of names) {
    const expected = { eval_time: `${at}s`, alertname, exp_alerts: [] };
    const tests = join(dir, 'tests.yml');
    const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    writeFileSync(
      tests,
      JSON.stringify({
        rule_files: [rules],
        evaluation_interval: '1s',
        tests: [{ interval: '1s', input_series: input, alert_rule_test: [expected] }],
      }),
    );
    try {
      await run(promtool, ['test', 'rules', tests]);
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      // Anything but an alert that was not expected is a mistake of the rule or of this test.
      if (!/exp:\[\s*\][\s,]*got:\[/.test(stdout + stderr)) throw error;
      found.push(alertname);
    }
  }
  return found;
}

const well = { 'pg_node_primary{replica="postgres-a"}': '1x20' };
const answersAt = (region: string, failed: number, all: number) => ({
  [`haproxy_frontend_http_responses_total{proxy="entry",region="${region}",code="2xx"}`]: `0+${all - failed}x20`,
  [`haproxy_frontend_http_responses_total{proxy="entry",region="${region}",code="5xx"}`]: `0+${failed}x20`,
});
const answers = (failed: number, all: number) => ({ ...well, ...answersAt('edge', failed, all) });

describe('the rules of the lab', () => {
  it.each(['agentic-platform', 'arklex', 'marketing-agents', 'research-agent', 'research-assistant'])(
    'of %s are silent when all is well',
    async (platform) => {
      expect(await firing(platform, answers(0, 100))).toEqual([]);
    },
  );

  it('alert when more requests fail than the platform says', async () => {
    expect(await firing('research-agent', answers(2, 100))).toEqual(['HighErrorRate']);
    expect(await firing('research-agent', answers(1, 200))).toEqual([]);
    expect(await firing('agentic-platform', answers(2, 100))).toEqual([]);
    expect(await firing('agentic-platform', answers(6, 100))).toEqual(['HighErrorRate']);
  });

  it('count each request once, where it goes through a load balancer of its region besides', async () => {
    const twice = (failed: number) => ({ ...answers(failed, 1000), ...answersAt('a', 0, 1000 - failed) });
    expect(await firing('research-agent', twice(15))).toEqual(['HighErrorRate']);
    expect(await firing('research-agent', twice(5))).toEqual([]);
  });

  it('alert when something does not answer, a primary is missing, or connections run out', async () => {
    expect(await firing('research-agent', { ...well, 'up{job="api",replica="a1"}': '1x10 0x10' })).toEqual([
      'InstanceDown',
    ]);
    expect(await firing('research-agent', { 'pg_node_primary{replica="postgres-a"}': '0x20' })).toEqual([
      'NoPrimary',
    ]);
    const connections = { pg_node_connections: '85x20', pg_node_max_connections: '100x20' };
    expect(await firing('research-agent', { ...well, ...connections })).toEqual(['DatabaseConnections']);
  });

  it('alert on failed health checks where the document does, whatever else answers', async () => {
    const state = (is: string) => ({
      ...well,
      'up{job="api",replica="a1"}': '1x20',
      [`haproxy_server_status{proxy="platform",server="a1",state="${is}"}`]: '1x20',
    });
    expect(await firing('research-agent', state('DOWN'))).toEqual(['FailedHealthChecks']);
    expect(await firing('research-agent', state('MAINT'))).toEqual([]);
    expect(await firing('arklex', state('DOWN'))).toEqual([]);
  });

  it('alert on the p95 that the document names', async () => {
    const slower = (bound: string) => ({
      ...well,
      'http_request_duration_seconds_bucket{le="1"}': '0+90x20',
      'http_request_duration_seconds_bucket{le="2"}': bound,
      'http_request_duration_seconds_bucket{le="5"}': '0+100x20',
      'http_request_duration_seconds_bucket{le="+Inf"}': '0+100x20',
    });
    expect(await firing('research-agent', slower('0+92x20'))).toEqual(['SlowRequests']);
    expect(await firing('research-agent', slower('0+98x20'))).toEqual([]);
  });

  it('alert on tenants beyond their quota, where there are any', async () => {
    const refused = { ...well, 'http_requests_total{status="429"}': '0+5x20' };
    expect(await firing('agentic-platform', refused)).toEqual(['QuotaExceeded']);
    expect(await firing('research-agent', refused)).toEqual([]);
  });
});
