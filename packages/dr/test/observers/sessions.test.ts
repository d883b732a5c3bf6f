import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SessionProbe } from '@ordeal/shared/platform/probe-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { SessionsNews } from '../../src/observers/probe-protocol.ts';
import { sessionsProber } from '../../src/observers/probers/sessions.ts';
import { sessionsRecords } from '../../src/outage/sessions.ts';
import { openGate, type Gate } from './fixtures/gate.ts';
import { observe } from './fixtures/observed.ts';
import { startFixturePlatform, type FixturePlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

let platform: FixturePlatform;
let gate: Gate;
beforeAll(async () => {
  platform = await startFixturePlatform();
  gate = await openGate(Number(new URL(platform.entry).port));
});
afterAll(async () => {
  await gate.end();
  await platform.end();
});

const probe: SessionProbe = {
  kind: 'sessions',
  name: 'sockets',
  connection: 'pooled',
  sessions: 12,
  path: '/socket?user={{id}}',
  send: '{"echo":"{{id}}"}',
  expect: '"{{id}}"',
};

/** Watches sessions through the gate while it fails, until all are back, and what became of them. */
async function through(how: 'refuse' | 'hole', downMs: number) {
  const observed = await observe(`http://127.0.0.1:${gate.port}`, { probes: [probe] });
  const stream = () => observed.observers.streams()[0]!;
  try {
    await until(() => stream().attempts.filter(({ ok }) => ok).length > 30, 'thirty good attempts');
    expect(stream().sessions).toEqual({ kept: 12, drops: [] });
    const [down, up] = await gate.fail({ how, slowMs: 0, only: '', spans: [downMs] });
    const t0 = { low: down!.from, high: down!.to };
    await until(() => {
      const { drops } = stream().sessions!;
      return (
        new Set(drops.map(({ session }) => session)).size === 12 && drops.every(({ again }) => again !== null)
      );
    }, 'every session was cut, and is back');
    const [record] = sessionsRecords([stream()], t0, systemClock.now());
    return { record: record!, t0, up: up!, attempts: stream().attempts };
  } finally {
    await observed.end();
  }
}

describe('sessions that are kept', () => {
  it.each([
    ['refuse', 600],
    ['hole', 900],
  ] as const)('know by how long they were cut when the other side is a %s', async (how, downMs) => {
    const { record, t0, up, attempts } = await through(how, downMs);
    expect(record).toMatchObject({ stream: 'sockets', kept: 12, notBack: 0 });
    expect(record.dropped).toBeGreaterThanOrEqual(12);
    // Nobody can be back before the other side is; the last one is some tries later.
    expect(record.reconnect!.high! * 1000).toBeGreaterThanOrEqual(up.from - t0.high);
    expect(record.reconnect!.low).toBeLessThanOrEqual(record.reconnect!.high!);
    const during = attempts.filter(({ sent, completed }) => sent > t0.high + 250 && completed < up.from);
    expect(during.length).toBeGreaterThan(0);
    expect(during.filter(({ ok }) => ok)).toEqual([]);
  });
});

it('connect anew no more often than attempts are made, where every connection is cut after its first answer', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('message', (message) => {
      socket.send(String(message));
      socket.close();
    });
  });
  const { port } = server.address() as AddressInfo;
  const everyMs = 200;
  const began = systemClock.now();
  const prober = sessionsProber(
    {
      file: '',
      entry: `http://127.0.0.1:${port}`,
      headers: {},
      run: 'r',
      tenant: 't',
      collection: 'c',
      probes: [],
      everyMs,
      timeoutMs: 2000,
      realTime: false,
    },
    probe,
    systemClock,
  );
  const { kept } = prober.sessions!();
  const told: SessionsNews['changed'][number][] = [];
  const places = (): readonly number[] => [...new Set(told.map(({ place }) => place))];
  await until(() => {
    told.push(...prober.sessions!().changed);
    return connections > 3 * kept;
  }, 'each was cut several times');
  prober.closeAll();
  // Each is told as it is cut and as it is back, and then no more.
  expect(places().length).toBeGreaterThan(2 * kept);
  expect(places()).toEqual(Array.from({ length: places().length }, (_, place) => place));
  expect(told.length).toBeLessThanOrEqual(2 * places().length);
  expect(told.filter(({ again }) => again !== null).length).toBeGreaterThan(kept);
  // A timer may be a little early.
  expect(connections).toBeLessThanOrEqual(kept * ((systemClock.now() - began) / (everyMs - 2) + 1));
  server.close();
});

describe('what is told of sessions', () => {
  const stream = (
    drops: readonly { low: number; high: number; again: number | null; session?: number }[],
  ) => ({
    name: 'sockets',
    everyMs: 100,
    timeoutMs: 1000,
    attempts: [],
    missedTicks: 0,
    sessions: {
      kept: 3,
      drops: drops.map((one, session) => ({ session, ...one, reason: 'closed with 1006' })),
    },
  });
  const t0 = { low: 1000, high: 1100 };
  const told = (...drops: Parameters<typeof stream>[0]) => sessionsRecords([stream(drops)], t0, 9000)[0];

  it('is bounded by when it was cut and when it was back', () => {
    expect(told({ low: 900, high: 1200, again: 1500 }, { low: 1300, high: 1400, again: 3400 })).toMatchObject(
      { dropped: 2, notBack: 0, reconnect: { low: 2, high: 2.1 } },
    );
  });

  it('counts a session once, however often it is cut', () => {
    const again = { low: 1300, high: 1400, again: 3400 };
    expect(told({ low: 900, high: 1200, again: 1250, session: 0 }, { ...again, session: 0 })).toMatchObject({
      kept: 3,
      dropped: 1,
      reconnect: { low: 2, high: 2.1 },
    });
  });

  it('is told of more drops than a call takes arguments', () => {
    const cut = { low: 1300, high: 1400, again: 1500, session: 0 };
    const [record] = sessionsRecords([stream(Array.from({ length: 300_000 }, () => cut))], t0, 9000);
    expect(record).toMatchObject({ dropped: 1, reconnect: { low: 0.1, high: 0.2 } });
  });

  it('has no end where one is not back', () => {
    expect(told({ low: 1050, high: 2000, again: null })).toMatchObject({
      notBack: 1,
      reconnect: { low: 7, high: null },
    });
  });

  it('leaves out what was cut before the fault', () => {
    expect(told({ low: 100, high: 200, again: 300 })).toMatchObject({ dropped: 0, reconnect: null });
  });
});
