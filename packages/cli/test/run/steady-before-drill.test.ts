import { expect, it } from 'vitest';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { steadyBeforeDrill } from '../../src/run/phases/steady-before-drill.ts';

const limit = { comparator: '<=', limit: 0, unit: '1' } as const;
const errors: Objective = { signal: { from: 'client', measure: 'error-ratio' }, ...limit };

it('asks before a drill only what any load can tell', () => {
  const objectives: Readonly<Record<string, Objective>> = {
    errors,
    'errors of one tenant': {
      signal: { from: 'client', measure: 'error-ratio', tenant: 'acme' },
      ...limit,
    },
    'leaks between tenants': {
      signal: { from: 'client', measure: 'failed-checks', checks: ['no other tenant reads it'] },
      ...limit,
    },
    'errors that only warn': { ...errors, severity: 'should' },
    'errors elsewhere': errors,
    'smoke gate': { signal: { from: 'smoke', measure: 'failed' }, ...limit },
  };
  const names = new Set(Object.keys(objectives).filter((name) => name !== 'errors elsewhere'));
  expect(Object.keys(steadyBeforeDrill(objectives, names))).toEqual(['errors']);
});
