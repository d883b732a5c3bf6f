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

/** Goes through a journey with answers that all hold the same; the status is an expected one, if any is. */
async function goneThrough(journey: Journey, answer: unknown, unexpecting = 200) {
  const sent: Sent[] = [];
  const checks: Record<string, boolean> = {};
  const context = {
    run: 'run',
    id: 'run-0-0',
    tenant: 'ordeal',
    async request(
      _name: string,
      { method = 'GET', expect: expected }: { method?: string; expect?: number | readonly number[] },
    ) {
      const status = typeof expected === 'number' ? expected : (expected?.[0] ?? unexpecting);
      sent.push({ method, status });
      return { status, headers: {}, text: JSON.stringify(answer), durationMs: 1, json: () => answer };
    },
    async check(name: string, held: boolean) {
      checks[name] = held;
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
