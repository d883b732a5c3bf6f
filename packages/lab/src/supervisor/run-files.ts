import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '@ordeal/shared/process/identity';
import { inLab, siteOf } from '../layout/paths.ts';

/**
 * What has to be known of a unit when its supervisor is gone: which process it is, and whether it was stopped
 * on purpose. For a site's own name it is the supervisor itself.
 */
export function runFiles(labDir: string, unit: string) {
  const base = join(inLab.run(labDir, siteOf(unit)), unit.split('/')[1] ?? 'supervisor');
  const identityFile = `${base}.id`;
  const stoppedFile = `${base}.stopped`;
  return {
    /** The process that runs, if it still does. */
    alive(): string | undefined {
      const identity = existsSync(identityFile) ? readFileSync(identityFile, 'utf8') : '';
      return identity !== '' && isAlive(identity) ? identity : undefined;
    },
    started(identity: string): void {
      writeFileSync(`${identityFile}.new`, identity);
      renameSync(`${identityFile}.new`, identityFile);
    },
    ended(): void {
      rmSync(identityFile, { force: true });
    },
    /** A unit that was stopped stays so, whatever happens to its supervisor. */
    stopped: (): boolean => existsSync(stoppedFile),
    markStopped: (): void => writeFileSync(stoppedFile, ''),
    clearStopped: (): void => rmSync(stoppedFile, { force: true }),
  };
}

export type RunFiles = ReturnType<typeof runFiles>;
