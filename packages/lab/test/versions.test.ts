import { expect, it } from 'vitest';
import { contractOf } from '../src/api/contracts/contracts.ts';
import { defectOf, FIRST_VERSION, releasedDefect } from '../src/deploy/versions.ts';
import { parseSabotages } from '../src/sabotage.ts';

it('a release that mixes tenants is one that a platform with tenants can have, and only what is deployed', () => {
  const sabotage = parseSabotages(['leaky-release'], contractOf('agentic-platform'));
  expect(() => parseSabotages(['leaky-release'], contractOf('arklex'))).toThrow('Unknown sabotage');
  const released = releasedDefect(sabotage);
  expect(defectOf('1.1.0', released)).toBe('mixed-tenants');
  expect(defectOf(FIRST_VERSION, released)).toBeUndefined();
  expect(releasedDefect([])).toBeUndefined();
});
