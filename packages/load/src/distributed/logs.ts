import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace } from './kubernetes/kinds.ts';
import { ALL_ENDED } from '../k6/script-spec.ts';
import { CONTAINER, type Runner } from './runners.ts';

/** Lines that are kept of each runner's log, and errors that are quoted. */
const LINES = 500;
const MOST_ERRORS = 3;

/**
 * Saves the end of every runner's log in a directory. Gives the first different errors in them; a log that could not be
 * read is one of them, as nobody knows then what it says.
 */
export async function saveLogs(
  namespace: Namespace,
  runners: readonly Runner[],
  dir: string,
): Promise<readonly string[]> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const errors = await Promise.all(
    runners.map(async (runner, index): Promise<readonly string[]> => {
      if (runner.is === 'absent' || runner.is === 'waiting') return [];
      try {
        const log = await namespace.log(runner.pod, CONTAINER, LINES);
        writeFileSync(join(dir, `runner-${index + 1}.log`), log, { mode: 0o600 });
        return log.split('\n').flatMap(errorIn);
      } catch (error) {
        return [`the log of runner ${index + 1} could not be read: ${(error as Error).message}`];
      }
    }),
  );
  return [...new Set(errors.flat())].slice(0, MOST_ERRORS);
}

/** The message of a line that tells of an error, but not of the one by which a script ends in order. */
function errorIn(line: string): readonly string[] {
  try {
    const { level, msg = '', error } = JSON.parse(line) as { level?: string; msg?: string; error?: string };
    if (level !== 'error' && level !== 'fatal' && level !== 'panic') return [];
    const text = [msg, error].filter((part) => part !== undefined).join(': ');
    return text.includes(ALL_ENDED) ? [] : [text.replaceAll(/\s*\n\s*/g, ' ').trim()];
  } catch {
    return /level=(?:error|fatal)|^panic:/.test(line) ? [line.trim()] : [];
  }
}
