import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutTerminal } from './terminal.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', 'shared', 'src');

const missing = withoutTerminal();

describe.skipIf(cannotRun(missing))(
  `production, at a real terminal${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 120_000 },
  () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'ordeal-terminal-'));
      writePlatform(dir);
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));

    it('begins when its name is typed, and not before', async () => {
      const { asked, code, after } = await answer('shop\r');
      expect(asked).toContain('This is PRODUCTION (shop, http://127.0.0.1:1)');
      expect(asked).toContain('send 100 iterations/s to http://127.0.0.1:1');
      // It got as far as preflight: nobody answers at this address.
      expect(after).toContain('http://127.0.0.1:1 does not answer');
      expect(code).toBe(3);
    });

    it.each(['shopp', 'yes', ''])('does not begin when "%s" is typed', async (typed) => {
      const { code, after } = await answer(`${typed}\r`);
      expect(after).toContain('shop is production, and was not confirmed: its name was to be typed');
      expect(after).not.toContain('does not answer');
      expect(code).toBe(3);
    });

    it.each([
      ['a line', 'shop\r'],
      ['the beginning of a line', 'sh'],
    ])('is not confirmed by %s that was typed before it was asked', async (_, early) => {
      const typed = early === 'sh' ? 'op' : 'no';
      const { asked, code, after } = await answer(`${typed}\r`, early);
      expect(asked.trimStart().startsWith('sh'), 'it was typed before anything was asked').toBe(true);
      expect(after).toContain('shop is production, and was not confirmed: its name was to be typed');
      expect(after).not.toContain('does not answer');
      expect(code).toBe(3);
    });

    it('ends as interrupted by a Control-C instead of an answer', async () => {
      const { code, after } = await answer('\u0003');
      expect(after).toContain('shop is production, and was not confirmed: nothing was touched');
      expect(code).toBe(130);
    });

    /** Types something at once, waits for the question, and answers it. Gives what stood on the terminal before and after. */
    async function answer(typed: string, early = '') {
      const command = [execPath, bin, 'load', '--platform', 'shop'].map((one) => `'${one}'`).join(' ');
      const terminal = spawn('script', ['-q', '-e', '-c', command, '/dev/null'], {
        cwd: dir,
        env: { ...env, TERM: 'xterm', TMPDIR: dir, ORDEAL_LEASES: dir, ORDEAL_PRODUCTION_TOKEN: undefined },
      });
      terminal.stdin.write(early);
      let asked = '';
      let after = '';
      let answered = false;
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (answered) after += text;
        else asked += text;
        if (answered || !asked.includes("Type the platform's name to go on")) return;
        answered = true;
        terminal.stdin.write(typed);
      });
      const [code] = (await once(terminal, 'close')) as [number];
      return { asked, after, code };
    }
  },
);

function writePlatform(dir: string): void {
  const folder = join(dir, 'platforms', 'shop');
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  const phase = {
    phase: 'load',
    name: 'baseline',
    title: 'Baseline',
    rate: 100,
    warmUp: 1,
    judgeFor: 5,
    objectives: ['errors'],
  };
  const scenario = JSON.stringify({ name: 'gameday', title: 'Day', phases: [phase] });
  writeFileSync(join(folder, 'scenarios', 'gameday.ts'), `export default { build: () => (${scenario}) };`);
  writeFileSync(
    join(folder, 'buy.ts'),
    `import { defineJourney } from '${shared}/journey/journey.ts';
     export default defineJourney({ name: 'buy', title: 'Buy', run: async (context) => {
       await context.request('buy', { method: 'GET', path: '/', expect: 200 });
     } });`,
  );
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
     export default definePlatform(() => ({
       name: 'shop', title: 'Shop', environment: 'production', entry: 'http://127.0.0.1:1', regions: ['a'], timeoutMs: 2_000,
       headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 't', allowedRegions: ['a'] }],
       health: [{ name: 'health', url: '/', expectStatus: 200 }],
       journeys: { buy: { file: new URL('buy.ts', import.meta.url), weight: 1 } },
       prometheus: { url: 'http://127.0.0.1:1', scrapeIntervalSeconds: 1, targets: [] },
       objectives: { errors: { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<=', limit: 0.01, unit: 'ratio' } },
       faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
       guardrails: { allowFaults: [], maxRate: 500, maxTargets: 1, maxRunSeconds: 300, production: { allow: ['load'] },
         abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 } },
     }));`,
  );
}
