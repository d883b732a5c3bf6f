import { expect, it } from 'vitest';
import { contractOf } from '../src/api/contracts/contracts.ts';
import { parseSabotages, type Sabotage } from '../src/sabotage.ts';
import { lastBegun } from '../src/startup/backups.ts';

it.each<[now: string, at: string | undefined, sabotage: readonly Sabotage[], begun: string]>([
  ['2026-11-30T10:17:03Z', undefined, [], '2026-11-30T10:17:03Z'],
  ['2026-11-30T10:17:03Z', '02:00', [], '2026-11-30T02:00:00Z'],
  ['2026-11-30T02:00:00Z', '02:00', [], '2026-11-30T02:00:00Z'],
  ['2026-11-30T01:59:59Z', '02:00', [], '2026-11-29T02:00:00Z'],
  ['2026-11-30T10:17:03Z', '02:00', ['late-dumps'], '2026-11-30T06:00:00Z'],
  ['2026-11-30T05:00:00Z', '02:00', ['late-dumps'], '2026-11-29T06:00:00Z'],
  ['2026-11-30T01:00:00Z', '22:00', ['late-dumps'], '2026-11-29T02:00:00Z'],
  ['2026-11-30T10:17:03Z', '02:00', ['stale-dump'], '2026-11-28T02:00:00Z'],
  ['2026-11-30T10:17:03Z', undefined, ['stale-dump'], '2026-11-28T10:17:03Z'],
])('at %s a job of %s with %j has begun last at %s', (now, at, sabotage, begun) => {
  expect(lastBegun(at, sabotage, Date.parse(now))).toEqual(new Date(begun));
});

it('is late where it has an hour', () => {
  expect(parseSabotages(['late-dumps'], contractOf('research-assistant'))).toEqual(['late-dumps']);
  for (const platform of ['agentic-platform', 'arklex']) {
    expect(() => parseSabotages(['late-dumps'], contractOf(platform))).toThrow(
      'Unknown sabotage "late-dumps"',
    );
  }
});
