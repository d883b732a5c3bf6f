import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ALL_ENDED, DATA_SPENT } from '../k6/script-spec.ts';

/** Lines that are kept. While the platform is down k6 writes one for each request. */
const MOST_LINES = 5000;
const MOST_ERRORS = 3;

/** k6's log on its way to a file; its first errors are kept to explain how it ended. */
export interface K6Log {
  errors(): readonly string[];
  /** Resolves when the log has come to its end and is in the file. */
  readonly written: Promise<void>;
}

/** `onWarning` is told once of each thing that the script itself warns of. */
export function keepLog(stderr: Readable, path: string, onWarning: (message: string) => void): K6Log {
  const file = createWriteStream(path);
  const errors: string[] = [];
  const warned = new Set<string>();
  const done = Promise.withResolvers<void>();
  let lines = 0;
  const reader = createInterface({ input: stderr });
  reader.on('line', (line) => {
    lines += 1;
    if (lines <= MOST_LINES) file.write(`${line}\n`);
    const warning = warningIn(line);
    if (warning !== undefined && !warned.has(warning)) {
      warned.add(warning);
      onWarning(warning);
    }
    if (errors.length >= MOST_ERRORS) return;
    const error = errorIn(line);
    if (error === undefined || error.includes(ALL_ENDED) || errors.includes(error)) return;
    errors.push(error);
  });
  reader.once('close', () => {
    if (lines > MOST_LINES) file.write(`(${lines - MOST_LINES} more lines are left out)\n`);
    file.end();
  });
  file.once('close', () => done.resolve());
  file.once('error', () => done.resolve());
  return { errors: () => errors, written: done.promise };
}

/** What the script warns of; every other warning is in the log alone. */
function warningIn(line: string): string | undefined {
  if (!line.includes(DATA_SPENT)) return undefined;
  try {
    const entry = JSON.parse(line) as { level?: string; msg?: string };
    return entry.level === 'warning' ? entry.msg : undefined;
  } catch {
    return undefined;
  }
}

/** The message of a line that tells of an error. Before its flags are read, k6 does not log as JSON. */
function errorIn(line: string): string | undefined {
  try {
    const entry = JSON.parse(line) as { level?: string; msg?: string; error?: string };
    if (entry.level !== 'error' && entry.level !== 'fatal' && entry.level !== 'panic') return undefined;
    return [entry.msg, entry.error]
      .filter((part) => part !== undefined)
      .join(': ')
      .replaceAll(/\s*\n\s*/g, ' ')
      .trim();
  } catch {
    return /level=(?:error|fatal)|^panic:|^fatal error:/.test(line) ? line.trim() : undefined;
  }
}
