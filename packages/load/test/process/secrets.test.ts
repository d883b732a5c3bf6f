import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { pidOf } from '@ordeal/shared/process/identity';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { startWorkload } from '../../src/start-workload.ts';
import { k6Programs } from '../support/k6-programs.ts';
import { testRun, workloadOf } from '../support/run.ts';
import { startServer } from '../support/server.ts';

vi.setConfig({ testTimeout: 60_000 });

const programs = Object.entries(k6Programs());

const without = existsSync('/proc/self/environ') ? undefined : 'skipped: there is no /proc here';

describe.skipIf(cannotRun(without))('secrets of journeys', () => {
  it.each(programs)('reach the platform through %s, and nothing else', async (_, k6) => {
    const secret = 'only-for-the-platform';
    const header = 'not-for-everybody';
    const run = testRun();
    const server = await startServer(() => ({}));
    const load = await startWorkload(
      workloadOf('tells-a-secret', server.url, {
        secrets: { 'api-key': secret },
        headers: { 'x-key': header },
      }),
      { ...run.settings, k6 },
      run.context,
    );
    const pid = pidOf((run.pushed[0]!.config as { identity: string }).identity);
    const shown = ['cmdline', 'environ'].map((what) => readFileSync(`/proc/${pid}/${what}`, 'utf8'));
    // Every iteration throws, which ends it: how is told with what k6 logged.
    const end = await load.ended;
    const record = await load.stop();
    await server.close();

    expect(server.requests[0]).toMatchObject({
      url: `/page?key=${secret}`,
      headers: { authorization: `Bearer ${secret}`, 'x-key': header },
    });
    expect(end.how === 'broke' && end.reason).toMatch(/every one of \d+ iterations threw .*was of no use/);
    const files = readdirSync(run.context.dir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
    expect(files.join('')).toContain('asked with');
    for (const text of [...shown, ...files, JSON.stringify([run.events, run.pushed, record, end])]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(header);
    }
    run.clear();
  });
});
