import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrometheus } from '../../shared/test/prometheus/real-prometheus.ts';
import { makeWorkplace } from './e2e/ordeal.ts';
import { withoutTerminal } from './terminal.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');

const missing = withoutTerminal();
const ARROW_DOWN = '\u001B[B';

describe.skipIf(cannotRun(missing))(
  `ordeal init, at a real terminal${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 180_000 },
  () => {
    let server: Server;
    let entry: string;
    let workplace: ReturnType<typeof makeWorkplace>;
    beforeAll(async () => {
      workplace = makeWorkplace();
      server = createServer((request, response) => {
        const { url = '' } = request;
        if (url === '/metrics') response.end('things_total 1\n');
        else response.writeHead(['/ready', '/orders'].includes(url) ? 200 : 404).end('[]');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      entry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(async () => {
      server.close();
      rmSync(workplace.dir, { recursive: true, force: true });
    });

    it('asks, does not take what cannot be used, and writes what runs', async () => {
      writeFileSync(
        join(workplace.dir, 'api.yaml'),
        `openapi: 3.1.0
paths:
  /ready: { get: { responses: { '200': { description: ready } } } }
  /orders: { get: { responses: { '200': { description: all } } } }
`,
      );
      const { code, shown } = await typed([
        ['What is the platform called?', 'My Shop'],
        ['lower-case letters', '\u007F'.repeat('My Shop'.length) + 'orders'],
        ['At which address', entry],
        ['An OpenAPI 3 document', 'api.yaml'],
        ['Its Prometheus', ''],
      ]);
      expect(code, shown).toBe(0);
      const folder = join(workplace.dir, 'platforms', 'orders');
      expect(readFileSync(join(folder, 'platform.ts'), 'utf8')).toContain(entry);
      expect(readdirSync(join(folder, 'journeys')).length).toBeGreaterThan(0);
      const smoke = await ordeal('smoke', '--platform', 'orders');
      expect(smoke.code, smoke.shown).toBe(0);
    });

    it('writes nothing when it is left, and over nothing', async () => {
      const left = await typed([
        ['What is the platform called?', 'other'],
        ['At which address', '\u0003'],
      ]);
      expect(left.code).toBe(64);
      expect(left.shown).toContain('nothing was written');
      expect(existsSync(join(workplace.dir, 'platforms', 'other'))).toBe(false);
      const ended = await typed([['What is the platform called?', '\u0004']]);
      expect(ended.code, ended.shown).toBe(64);
      expect(ended.shown).toContain('nothing was written');
      const again = await typed([
        ['What is the platform called?', 'orders'],
        ['exists already', '\u0003'],
      ]);
      expect(again.code).toBe(64);
    });

    it('asks which job of a Prometheus is the platform, where nothing tells', async () => {
      const target = new URL(entry).host;
      const prometheus = await startPrometheus(
        500,
        ['billing', 'orders', 'search'].map((job) => ({ job, targets: [target] })),
      );
      try {
        const init = (name: string) => [name, '--entry', entry, '--prometheus', prometheus.url];
        const left = await typed([['Which of the jobs', '\u0003']], ...init('unknown'));
        expect(left.code, left.shown).toBe(64);
        expect(left.shown).toContain('nothing was written');
        expect(existsSync(join(workplace.dir, 'platforms', 'unknown'))).toBe(false);

        const chosen = await typed([['Which of the jobs', ARROW_DOWN]], ...init('shop'));
        expect(chosen.code, chosen.shown).toBe(0);
        expect(chosen.shown).toContain('1 alive');
        const text = readFileSync(join(workplace.dir, 'platforms', 'shop', 'platform.ts'), 'utf8');
        expect(text.match(/up\{job=[^}]*\}/g)).toEqual(['up{job=\\"orders\\"}']);
      } finally {
        await prometheus.stop();
      }
    });

    /** Types each answer once its question stands on the terminal. */
    async function typed(
      answers: readonly (readonly [question: string, answer: string])[],
      ...args: readonly string[]
    ) {
      const words = [execPath, bin, 'init', ...args].map((one) => `'${one}'`).join(' ');
      // A terminal that nobody looks at is no column wide.
      const command = `stty cols 120 rows 40; ${words}`;
      const terminal = spawn('script', ['-q', '-e', '-c', command, '/dev/null'], {
        cwd: workplace.dir,
        env: { ...env, TERM: 'xterm' },
      });
      const rest = [...answers];
      let shown = '';
      let since = '';
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
        since += text;
        const next = rest[0];
        if (next === undefined || !since.includes(next[0])) return;
        rest.shift();
        since = '';
        terminal.stdin.write(next[1]);
        // As a person does: the line is there, and then it is sent.
        if (!['\u0003', '\u0004'].includes(next[1])) setTimeout(() => terminal.stdin.write('\r'), 200);
      });
      const [code] = (await once(terminal, 'close')) as [number];
      return { code, shown };
    }

    async function ordeal(...args: readonly string[]) {
      const child = spawn(execPath, [bin, ...args], { cwd: workplace.dir });
      let shown = '';
      child.stdout.on('data', (text) => (shown += String(text)));
      child.stderr.on('data', (text) => (shown += String(text)));
      const [code] = (await once(child, 'close')) as [number];
      return { code, shown };
    }
  },
);

it('without a terminal says what is missing', { timeout: 120_000 }, () => {
  const ended = spawnSync(execPath, [bin, 'init'], { encoding: 'utf8' });
  expect(ended.status).toBe(64);
  expect(ended.stderr).toContain('lower-case letters');
  expect(ended.stderr).toContain('--entry: expected an address');
});
