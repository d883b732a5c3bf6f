import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Journey, JourneyContext } from '@ordeal/shared/journey/journey';
import { plannedWindows } from '@ordeal/shared/scenario/decidable/planned-windows';
import { objectives } from '../../../platforms/agentic-platform/objectives.ts';
import { prepare } from '../src/commands/prepare.ts';
import type { Edge } from '../src/edge.ts';

const platforms = join(import.meta.dirname, '..', '..', '..', 'platforms');

const journeys = await Promise.all(
  readdirSync(platforms).flatMap((platform) =>
    readdirSync(join(platforms, platform, 'journeys')).map(async (file) => {
      const path = pathToFileURL(join(platforms, platform, 'journeys', file)).href;
      return { name: `${platform}/${file}`, journey: ((await import(path)) as { default: Journey }).default };
    }),
  ),
);

interface Sent {
  readonly method: string;
  readonly status: number;
}

interface Asked {
  readonly path: string;
  readonly json?: unknown;
}

/**
 * Goes through a journey with answers that all hold the same, or what `answer` makes of each request; the status is an
 * expected one, if any is.
 */
async function goneThrough(journey: Journey, answer: unknown, unexpecting = 200) {
  const sent: Sent[] = [];
  const checks: Record<string, boolean> = {};
  const context = {
    run: 'run',
    id: 'run-0-0',
    tenant: 'ordeal',
    async request(
      _name: string,
      request: Asked & { readonly method?: string; readonly expect?: number | readonly number[] },
    ) {
      const { method = 'GET', expect: expected } = request;
      const status = typeof expected === 'number' ? expected : (expected?.[0] ?? unexpecting);
      sent.push({ method, status });
      const body: unknown = typeof answer === 'function' ? answer(request) : answer;
      return { status, headers: {}, text: JSON.stringify(body), durationMs: 1, json: () => body };
    },
    async check(name: string, held: boolean) {
      checks[name] = held && checks[name] !== false;
      return held;
    },
    async think() {},
    async socket() {
      return { open: false, expect: async () => {}, send: async () => {}, close: async () => {} };
    },
  } as unknown as JourneyContext;
  await journey.run(context);
  return { checks, makes: sent.some(({ method, status }) => method === 'POST' && status === 201) };
}

describe.each(journeys)('$name', ({ journey }) => {
  it('fails where what was made is answered without an id', async () => {
    const { checks, makes } = await goneThrough(journey, { made: { id: 'in an envelope' } });
    expect(makes && Object.values(checks).every((held) => held)).toBe(false);
  });
});

it('a tenant is isolated only where each of its checks is made, whatever else is no error', async () => {
  const isolation = journeys.find(({ name }) => name === 'agentic-platform/tenant-isolation.ts');
  const { signal } = objectives['tenants see nothing of each other']!;
  const promised = signal.from === 'client' && signal.measure === 'failed-checks' ? signal.checks : [];
  const { checks } = await goneThrough(isolation!.journey, { id: 'x' }, 204);
  expect(promised).not.toEqual([]);
  expect(Object.keys(checks)).toEqual(expect.arrayContaining([...promised]));
});

it('a tenant whose own agent finds nothing has shown nothing of another’s', async () => {
  const isolation = journeys.find(({ name }) => name === 'agentic-platform/tenant-isolation.ts');
  const { checks } = await goneThrough(isolation!.journey, { id: 'x', output: { documents: [] } });
  expect(checks).toMatchObject({
    'its own agent finds the document': false,
    'no agent of another tenant finds the document': true,
  });
});

describe.each(['full', 'short'] as const)('at the pace %s', (pace) => {
  const APART = 'tenants see nothing of each other';
  const root = join(platforms, '..');
  const edge = { cwd: root, root, node: execPath, env: {} } as unknown as Edge;
  /** The client reports every second: those across a window's edges may not be of it. */
  const EDGES = 2;

  it.each(['gameday', 'chaos', 'deploys', 'recovery'])(
    'tenants are looked at through every fault, deployment and drill of %s, for as long as it takes',
    async (name) => {
      const options = { scenario: name, pace, labName: 'none', platform: 'agentic-platform' };
      const { scenario, loaded, plan } = await prepare('gameday', options, 1, edge, undefined);
      expect(plan.undecidable).toEqual([]);
      const windows = plannedWindows(scenario).filter((window) => window.objectives.includes(APART));
      const broken = scenario.phases.filter(({ phase }) => ['experiment', 'deploy', 'drill'].includes(phase));
      expect(broken).not.toEqual([]);
      const looked = new Set(windows.map(({ phase }) => phase.name));
      expect(broken.map((phase) => phase.name).filter((one) => !looked.has(one))).toEqual([]);

      for (const { name: window, rate, seconds, perTenant, phase } of windows) {
        // A drill waits for clients to be served for good.
        const whole = (seconds ?? (phase.phase === 'drill' ? phase.stableFor : 0)) - EDGES;
        const { journeys: all } = loaded.platform;
        const usual = Object.fromEntries(Object.entries(all).map(([one, { weight }]) => [one, weight]));
        const arrivals = (perTenant ?? [{ rate, weights: usual }]).map(({ rate: own, weights }) => {
          const sum = Object.values(weights).reduce((left, right) => left + right, 0);
          return (own * whole * (weights['tenant-isolation'] ?? 0)) / sum;
        });
        // They come at their rate, and not by chance.
        expect(Math.max(...arrivals), window).toBeGreaterThan(1);
      }
    },
  );
});

describe('every analytics endpoint of research-assistant', () => {
  const analytics = journeys.find(({ name }) => name === 'research-assistant/all-analytics.ts');
  const failed = async (costsOf: (asking: string, first: string) => string, figures: object) => {
    const users: string[] = [];
    const { checks } = await goneThrough(analytics!.journey, ({ path, json }: Asked) => {
      if (path.endsWith('/login')) users.push((json as { user: string }).user);
      if (!path.endsWith('/session-costs')) return figures;
      return { user: costsOf(users.at(-1) ?? '', users[0] ?? ''), usd: 0 };
    });
    return Object.entries(checks).flatMap(([name, held]) => (held ? [] : [name]));
  };
  const all = { queries: 0, usd: 0, items: [] };

  it('holds where each has its figure, and a session is told its own costs', async () => {
    expect(await failed((asking) => asking, all)).toEqual([]);
  });

  it('fails where one session is told what another has cost', async () => {
    expect(await failed((_, first) => first, all)).toEqual(['the costs are those of the session that asks']);
  });

  it('fails where there is nothing in an answer', async () => {
    expect(await failed((asking) => asking, {})).toEqual([
      'usage?days=30 tells queries',
      'costs?days=30 tells usd',
      'sources tells items',
      'performance?days=7 tells queries',
    ]);
  });
});
