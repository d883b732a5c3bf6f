import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { env, kill, pid } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { labStatus } from '@ordeal/lab/lab';
import { readSite } from '@ordeal/lab/read-site';
import type { LabSite } from '@ordeal/shared/platform/site';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { writeObserverPlatform } from './observer-platform.ts';
import { makeWorkplace, type Workplace } from './ordeal.ts';

/**
 * Prometheus breaks while a fault is in. The run cannot be judged any more, and says so; the fault is healed all
 * the same.
 */

const LAB = `e2e-observers-${pid}`;
const UNIT = 'edge/prometheus';
/** All kinds are run by `npm run prove -- observers`. */
const sampled = env['ORDEAL_PROVE_OBSERVERS'] === undefined;
/** Barrier, readings and record: an end that comes later was waiting for a dead observer. */
const ENDS_WITHIN_MS = 90_000;

type Answering = 'as it is' | '500' | 'garbage';

/** Stands between ordeal and the lab's Prometheus, and can be switched. */
interface Switch {
  readonly url: string;
  answering: Answering;
  close(): void;
}

async function startSwitch(target: string): Promise<Switch> {
  const listener = (asked: IncomingMessage, response: ServerResponse): void => {
    if (state.answering === '500') {
      asked.resume();
      response.writeHead(500).end('out of memory');
    } else if (state.answering === 'garbage') {
      asked.resume();
      response
        .writeHead(200)
        .end('{"status":"success","data":{"resultType":"vector","result":[{"value":"?"}]}}');
    } else {
      const { method, headers } = asked;
      const onwards = request(
        new URL(asked.url ?? '/', target),
        { method: method ?? 'GET', headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onwards.on('error', () => response.writeHead(502).end());
      asked.pipe(onwards);
    }
  };
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const state: Switch = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answering: 'as it is',
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return state;
}

const lab = makeWorkplace();
let site: LabSite;
let between: Switch;
let workplace: Workplace;

beforeAll(async () => {
  const ended = await lab.run('lab', 'up', '--lab-name', LAB);
  const found = readSite(LAB);
  if (ended.code !== 0 || found === undefined) throw new Error(`the lab is not up: ${ended.stderr}`);
  site = found;
  between = await startSwitch(site.prometheus);
});
afterAll(async () => {
  between?.close();
  await lab.run('lab', 'down', '--lab-name', LAB);
  lab.remove();
});
beforeEach(() => {
  workplace = makeWorkplace();
});
afterEach(async () => {
  between.answering = 'as it is';
  await control('start', UNIT);
  workplace.remove();
});

async function control(verb: 'start' | 'stop' | 'status', unit: string): Promise<void> {
  const [program = '', ...rest] = site.regions.a.control;
  await promisify(execFile)(program, [...rest, verb, unit]);
}

async function prometheusPid(): Promise<number> {
  const { units } = await labStatus({ name: LAB, clock: systemClock });
  const found = units.find(({ unit }) => unit === UNIT)?.pid;
  if (found === undefined) throw new Error('Prometheus does not run');
  return found;
}

interface Kind {
  /** Asked through the switch, not straight. */
  readonly switched?: true;
  readonly breaks: () => Promise<void>;
  /** What the reasons have to name. */
  readonly says: RegExp;
  readonly mend?: () => Promise<void>;
}

let hung = 0;
const kinds: Readonly<Record<string, Kind>> = {
  'killed for good': {
    breaks: async () => {
      kill(await prometheusPid(), 'SIGKILL');
      await control('stop', UNIT);
    },
    says: /Prometheus at 127\.0\.0\.1:\d+ cannot be reached/,
  },
  'answering garbage': {
    switched: true,
    breaks: async () => void (between.answering = 'garbage'),
    says: /Prometheus at 127\.0\.0\.1:\d+ gave an answer that cannot be understood/,
  },
  'answering 500': {
    switched: true,
    breaks: async () => void (between.answering = '500'),
    says: /Prometheus at 127\.0\.0\.1:\d+ .*500/,
  },
  hung: {
    breaks: async () => {
      hung = await prometheusPid();
      kill(hung, 'SIGSTOP');
    },
    mend: async () => void kill(hung, 'SIGCONT'),
    says: /Prometheus at 127\.0\.0\.1:\d+ did not answer within/,
  },
  'restarted with an empty store': {
    breaks: async () => {
      await control('stop', UNIT);
      rmSync(join(site.dir, 'edge', 'tsdb'), { recursive: true, force: true });
      await control('start', UNIT);
    },
    says: /started anew at \S+, during the run, with an empty store/,
  },
};
const chosen = Object.entries(kinds).filter(([name]) => !sampled || /^(killed|answering garbage)/.test(name));

async function toxics(api: string): Promise<number> {
  const proxies = (await (await fetch(`${api}/proxies`)).json()) as Record<string, { toxics: unknown[] }>;
  return Object.values(proxies).reduce((sum, proxy) => sum + proxy.toxics.length, 0);
}

describe('a Prometheus that breaks while a fault is in', () => {
  it.each(chosen)(
    '%s: inconclusive, healed, and in time',
    async (_name, { breaks, says, mend, switched }) => {
      const url = switched === true ? between.url : site.prometheus;
      const platform = writeObserverPlatform(workplace.dir, `{ url: ${JSON.stringify(url)} }`);
      const running = workplace.start(
        'gameday',
        '--platform',
        platform,
        '--scenario',
        'observed',
        '--pace',
        'short',
        '--lab-name',
        LAB,
      );
      await workplace.until(
        'the fault is in',
        (entry) => entry.type === 'fault-injected' && entry.phase === 'database-unreachable',
        90_000,
      );
      expect(await toxics(site.regions.a.toxiproxy.api)).toBeGreaterThan(0);
      await breaks();
      const late = setTimeout(() => running.child.kill('SIGKILL'), ENDS_WITHIN_MS);
      const ended = await running.finished;
      clearTimeout(late);
      await mend?.();

      const said = ended.stdout + ended.stderr;
      expect(ended.code, said).toBe(2);
      const record = workplace.record();
      expect(record.verdict).toMatchObject({ outcome: 'inconclusive', exitCode: 2 });
      expect(record.verdict.reasons.join('\n')).toMatch(says);
      expect(said).toMatch(says);

      // Whatever Prometheus had a say in is open; what the clients saw is judged all the same.
      const blind = [
        ['API errors', 'baseline'],
        ['API errors', 'database-unreachable/steady'],
        ['API errors under a fault', 'database-unreachable/during'],
        ['API metrics present', 'database-unreachable/during'],
      ];
      for (const [objective, window] of blind) {
        const finding = record.findings.find((one) => one.objective === objective && one.window === window);
        expect(finding, `${objective} in ${window}`).toMatchObject({ outcome: 'inconclusive' });
      }
      const clients = record.findings.filter((one) => one.objective.startsWith('client errors'));
      expect(clients.length).toBeGreaterThan(2);
      for (const finding of clients)
        expect(finding, JSON.stringify(finding)).toMatchObject({ outcome: 'pass' });

      expect(record.residue).toEqual([]);
      expect(record.experiments).toMatchObject([{ name: 'database-unreachable', effective: true }]);
      expect(record.experiments[0]?.healedAt).not.toBeNull();
      expect(await toxics(site.regions.a.toxiproxy.api)).toBe(0);
      const open = readdirSync(join(workplace.newestRun(), 'undo')).filter((file) => file.endsWith('.json'));
      expect(open).toEqual([]);
      const { units } = await labStatus({ name: LAB, clock: systemClock });
      const down = units.filter(({ unit, ready }) => unit !== UNIT && !ready).map(({ unit }) => unit);
      expect(down).toEqual([]);
    },
  );
});
