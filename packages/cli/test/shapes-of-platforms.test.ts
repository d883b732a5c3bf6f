import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { describe, expect, it } from 'vitest';
import { prepare } from '../src/commands/prepare.ts';
import type { Edge } from '../src/edge.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = { cwd: root, root, node: execPath, env: {} } as unknown as Edge;
const usual = { scenario: 'gameday', pace: 'full', labName: 'none' } as const;

describe.each(readdirSync(join(root, 'platforms')))('%s', (platform) => {
  it.each([
    ['baseline', {}],
    ['peak', {}],
    ['spike', {}],
    ['stress', {}],
    // Of hours, which no lab is there for, unless it is told so.
    ['soak', { for: '8m' }],
  ])('admits the shape %s by its own guardrails', async (kind, options) => {
    const shape = { kind, options, ...usual };
    const { plan } = await prepare('load', { ...usual, platform, shape }, 1, edge, undefined);
    expect(plan.refusals).toEqual([]);
    expect(plan.undecidable).toEqual([]);
  });
});
