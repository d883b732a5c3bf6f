import { openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Longest line that k6 reads of its secrets; what is longer it leaves out without a word. */
const LONGEST = 60_000;

/**
 * Secrets as k6's file source reads them: `name=value`, one a line. Throws, without saying the value, when one
 * would not arrive as it is.
 */
export function secretSource(secrets: Readonly<Record<string, string>>): string {
  return Object.entries(secrets)
    .map(([name, value]) => {
      if (!/^[\w.-]+$/.test(name)) {
        throw new Error(
          `A secret's name may hold letters, digits, dots, dashes and underscores, unlike ${JSON.stringify(name)}`,
        );
      }
      const wrong =
        value === ''
          ? 'is empty'
          : /[\r\n]/.test(value)
            ? 'has more than one line, which k6 cannot be given; encode it (base64) and decode it in the journey'
            : name.length + value.length > LONGEST
              ? `is longer than ${LONGEST} characters`
              : undefined;
      if (wrong !== undefined) throw new Error(`Secret ${name} ${wrong}`);
      return `${name}=${value}\n`;
    })
    .join('');
}

/**
 * Opens secrets for k6: a file that has lost its name already, so that it is gone with whoever has it open. (A pipe
 * of Node's is a socket, which cannot be opened by a path.) Undefined when there are none.
 */
export function openSecrets(secrets: Readonly<Record<string, string>>, dir: string): number | undefined {
  const lines = secretSource(secrets);
  if (lines === '') return undefined;
  const path = join(dir, 'secrets');
  writeFileSync(path, lines, { mode: 0o600 });
  try {
    return openSync(path, 'r');
  } finally {
    rmSync(path, { force: true });
  }
}
