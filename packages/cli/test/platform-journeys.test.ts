import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Journey, JourneyContext } from '@ordeal/shared/journey/journey';
import { objectives } from '../../../platforms/agentic-platform/objectives.ts';

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
