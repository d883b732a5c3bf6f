import { expect, it } from 'vitest';
import { tenantOfScenario, tenantScenario } from '../../src/plan/tenant-scenario.ts';

it('names a scenario by its tenant in signs that k6 takes, and knows it again', () => {
  for (const tenant of ['acme', 'Acme & Söhne/1', '__proto__']) {
    const name = tenantScenario(3, tenant);
    expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(tenantOfScenario(name)).toBe(tenant);
  }
  expect([undefined, 'journey_0', 'ordeal_control'].map(tenantOfScenario)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
