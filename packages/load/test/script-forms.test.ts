import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sumIntervals } from '@ordeal/shared/load/window';
import { startWorkload } from '../src/start-workload.ts';
import { k6Programs } from './support/k6-programs.ts';
import { testRun, workloadOf } from './support/run.ts';
import { takeSockets } from './support/web-socket-server.ts';

/** A script that is made of what scripts for k6 are commonly made of runs as it is. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const programs = k6Programs();
let dir: string;
let server: Server;
/** Requests by method and path, and cookies of pages. */
let asked: string[] = [];
let cookies: string[] = [];
let talked = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => (length += chunk.length));
    request.once('end', () => {
      asked.push(`${request.method} ${request.url}`);
      if (request.url === '/page') cookies.push(String(request.headers.cookie));
      response.setHeader('set-cookie', 'given=cookie; Path=/').setHeader('x-page', 'yes');
      const isForm = request.url === '/form';
      response.end(isForm ? JSON.stringify({ length }) : '<html><title>A page</title></html>');
    });
  });
  takeSockets(server, {
    connected: () => {},
    message: (_, text, socket) => {
      talked += 1;
      socket.send(text);
    },
    closed: () => {},
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  dir = mkdtempSync(join(tmpdir(), 'ordeal-forms-'));
  copyFileSync(join(import.meta.dirname, 'fixtures', 'forms.js'), join(dir, 'forms.js'));
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(dir, 'forms.json'), JSON.stringify({ entry: `http://127.0.0.1:${port}` }));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a script of every common form', () => {
  it.each(Object.keys(programs))('runs as it is, and is measured, on %s', async (version) => {
    [asked, cookies, talked] = [[], [], 0];
    const run = testRun();
    const workload = workloadOf('none', 'http://127.0.0.1:1', {
      journeys: [],
      script: { file: pathToFileURL(join(dir, 'forms.js')), scenarios: 'own', ceiling: 10_000 },
      rate: 0,
    });
    const load = await startWorkload(workload, { ...run.settings, k6: programs[version]! }, run.context);
    expect(await load.ended).toEqual({ how: 'finished' });
    const record = await load.stop();
    const { errors } = sumIntervals(load.stream.between(-Infinity, Infinity));
    const times = (what: string) => asked.filter((one) => one === what).length;
    expect(record.achieved).toBeGreaterThan(0);
    // At its end k6 cuts off what is under way.
    for (const what of ['GET /page', 'POST /form', 'DELETE /gone', 'GET /one', 'PUT /two']) {
      expect(times(what) - record.achieved, what).toBeGreaterThanOrEqual(0);
      expect(times(what) - record.achieved, what).toBeLessThanOrEqual(2);
    }
    expect(cookies[0]).toMatch(/who=(ada|alan)/);
    expect(cookies[0]).toContain('once=yes');
    expect(talked).toBeGreaterThanOrEqual(2 * record.achieved - 2);
    expect(Object.keys(errors)).toEqual([]);
    expect(record.failed).toBe(0);
    expect(record.requests).toBeGreaterThanOrEqual(5 * record.achieved);
    expect(run.open).toEqual([]);
    run.clear();
  });
});
