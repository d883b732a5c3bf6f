import { afterEach, expect, it, vi } from 'vitest';
import { cannotRun, leftOut } from '../../src/testing/left-out.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('leaves nothing out where nothing is missing', () => {
  vi.stubEnv('CI', 'true');
  expect(leftOut(undefined)).toBe(false);
  expect(cannotRun(undefined)).toBe(false);
});

it.each(['', '0', 'false'])('says what it leaves out on a machine of a person (CI=%s)', (ci) => {
  vi.stubEnv('CI', ci);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(leftOut('skipped: there is no named')).toBe(true);
  expect(said).toHaveBeenCalledWith('skipped: there is no named\n');
});

it.each(['1', 'true', 'yes'])('fails in continuous integration (CI=%s)', (ci) => {
  vi.stubEnv('CI', ci);
  expect(() => leftOut('skipped: there is no named')).toThrow(/there is no named; .* never skipped/);
});

it.each(['', 'true'])('says what this machine does not allow, and fails nowhere by it (CI=%s)', (ci) => {
  vi.stubEnv('CI', ci);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(cannotRun('skipped: no network namespace may be made here')).toBe(true);
  expect(said).toHaveBeenCalledWith('skipped: no network namespace may be made here\n');
});
