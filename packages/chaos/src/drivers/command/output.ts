import { readFileSync } from 'node:fs';
import { createRedactor } from '@ordeal/shared/prometheus/secrets';
import type { CommandEnd } from './run.ts';

const LINES = 5;
const CHARACTERS = 400;
const HIDDEN = '[hidden]';

/** Makes of a command's output what may be shown: its last lines, without secrets. */
export type Shown = (end: CommandEnd) => string;

/**
 * Secrets are the contents of the given files, credentials in addresses, and what stands behind words like
 * `password=` or `Authorization:`. Files are read anew each time, as secrets rotate; one that cannot be read has
 * nothing to hide.
 */
export function shownWithout(secretFiles: readonly string[]): Shown {
  const redactor = createRedactor();
  for (const path of secretFiles) {
    try {
      redactor.learn([readFileSync(path, 'utf8')]);
    } catch {
      continue;
    }
  }
  return ({ stdout, stderr }) => {
    const text = blankKnownPlaces(redactor.redact(stderr.trim() === '' ? stdout : stderr));
    const lines = text
      .replaceAll(/[^\P{Cc}\n\t]/gu, '')
      .trim()
      .split('\n')
      .map((line) => line.trim());
    return lines.slice(-LINES).join(' | ').slice(-CHARACTERS);
  };
}

/** How a command has ended, for a sentence. */
export function howItEnded(end: CommandEnd, shown: Shown): string {
  const said = shown(end);
  const how = end.signal === null ? `exit code ${end.code}` : end.signal;
  return said === '' ? how : `${how}: ${said}`;
}

function blankKnownPlaces(text: string): string {
  return text
    .replaceAll(/(:\/\/)[^\s/@]+@/g, `$1${HIDDEN}@`)
    .replaceAll(/\b(authorization\s*:\s*)[^\r\n"']+/gi, `$1${HIDDEN}`)
    .replaceAll(/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`)
    .replaceAll(
      /((?:pass(?:word|wd)?|secret|token|api[-_]?key|access[-_]?key)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi,
      `$1${HIDDEN}`,
    );
}
