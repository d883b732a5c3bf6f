import { env, stderr } from 'node:process';

/**
 * Whether tests are left out, for a reason that is printed then. In continuous integration nothing is: a part that
 * nobody ran must not look green. Throws there, which fails the test file.
 */
export function leftOut(reason: string | undefined): boolean {
  if (reason === undefined) return false;
  if (isContinuousIntegration(env['CI'])) {
    throw new Error(
      `${reason.replace(/^skipped: /, '')}; in continuous integration (CI is set) these tests are never skipped: have its set-up bring what they need`,
    );
  }
  stderr.write(`${reason}\n`);
  return true;
}

/**
 * Whether tests are left out because this machine does not allow what they do, such as making a network namespace; the
 * reason is printed then. No set-up brings it: they may be left out in continuous integration as well.
 */
export function cannotRun(reason: string | undefined): boolean {
  if (reason === undefined) return false;
  stderr.write(`${reason}\n`);
  return true;
}

/** As its systems say it: set to anything, and not to a no. */
function isContinuousIntegration(ci = ''): boolean {
  return !['', '0', 'false'].includes(ci.toLowerCase());
}
