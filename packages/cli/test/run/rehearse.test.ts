import { expect, it } from 'vitest';
import { defineJourney, type Journey } from '@ordeal/shared/journey/journey';
import type { Platform } from '@ordeal/shared/platform/platform';
import { systemClock } from '@ordeal/shared/time/system-clock';
import createAgent from '../../../../platforms/agentic-platform/journeys/create-agent.ts';
import executeTask from '../../../../platforms/agentic-platform/journeys/execute-task.ts';
import listResources from '../../../../platforms/agentic-platform/journeys/list-resources.ts';
import queryKnowledge from '../../../../platforms/agentic-platform/journeys/query-knowledge.ts';
import { requestsPerIteration } from '../../src/run/rehearse.ts';

function rehearsed(
  journeys: Readonly<Record<string, Journey>>,
  weights: Readonly<Record<string, number>> = {},
) {
  const entries = Object.keys(journeys).map((name) => [
    name,
    { file: new URL('file:///x.ts'), weight: weights[name] ?? 1 },
  ]);
  const platform = { journeys: Object.fromEntries(entries) } as Platform;
  return requestsPerIteration(platform, journeys, systemClock);
}

const journey = (run: Journey['run']): Journey => defineJourney({ name: 'j', title: 'J', run });

it('counts the requests of each journey, by its weight', async () => {
  const real = { createAgent, executeTask, queryKnowledge, listResources };
  expect(await rehearsed({ createAgent })).toBe(3);
  expect(await rehearsed({ executeTask })).toBe(3);
  expect(
    await rehearsed(real, { createAgent: 2, executeTask: 2, queryKnowledge: 4, listResources: 2 }),
  ).toBeCloseTo(1.8);
});

it('finds in an answer whatever a journey looks for', async () => {
  const used = journey(async (context) => {
    const list = await context.request('list', { path: '/a' });
    const items = list.json<{ items: { id: string; tags: string[] }[] }>()?.items ?? [];
    for (const { id } of items) await context.request('one', { path: `/a/${id}`, expect: [200, 404] });
    const first = items.find(({ tags }) => tags.includes('x'));
    if (first === undefined || items.length < 1) return;
    await context.think(3600);
    await context.check('there', first.id.toUpperCase() !== '');
    await context.request('last', { method: 'DELETE', path: `/a/${first.id}` });
  });
  expect(await rehearsed({ used })).toBe(3);
});

it('does not guess where a journey cannot be rehearsed', async () => {
  const asking = journey(async (context) => {
    for (;;) {
      const answer = await context.request('state', { path: '/a' });
      if (answer.json<{ state: string }>()?.state === 'done') return;
    }
  });
  const waiting = journey(async (context) => {
    for (;;) await context.think(1);
  });
  const throwing = journey(async () => {
    throw new Error('no');
  });
  const silent = journey(async () => {});
  for (const one of [asking, waiting, throwing, silent]) {
    expect(await rehearsed({ one, createAgent })).toBeNull();
  }
});
