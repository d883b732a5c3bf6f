import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge, Interrupting } from '../edge.ts';
import { exitCodeOf } from '../run/interruption.ts';

/**
 * Writes a platform's folder, whole or not at all: half a profile would run, and stand in the way of the next one.
 * It is made beside its place and moved there.
 */
export async function writeProfile(
  folder: string,
  files: Readonly<Record<string, string>>,
  { onSignal }: Pick<Edge, 'onSignal'>,
): Promise<void> {
  let signal: Interrupting | undefined;
  const forget = onSignal((sent) => (signal ??= sent));
  const parent = dirname(folder);
  const beside = join(parent, `.${basename(folder)}-${randomUUID()}`);
  let made: string | undefined;
  const takeBack = (): void => {
    rmSync(beside, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(made);
  };
  try {
    made = mkdirSync(parent, { recursive: true });
    mkdirSync(beside);
    for (const [file, text] of Object.entries(files)) {
      const path = join(beside, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    // A signal that came in the meantime is told now.
    await setImmediate();
    if (signal === undefined) renameSync(beside, folder);
  } catch (error) {
    takeBack();
    throw new CommandError(
      `ordeal init: ${folder} cannot be written, and nothing of it was: ${reasonOf(error)}`,
      exitCodes.usage,
      [],
      error,
    );
  } finally {
    forget();
  }
  if (signal === undefined) return;
  takeBack();
  throw new CommandError('ordeal init was interrupted: nothing was written.', exitCodeOf(signal));
}

/** Whatever has been put into it meanwhile stays. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is not empty: somebody else needs it.
  }
}
