/** A word as every POSIX shell reads it back unchanged. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Assignments of shell variables, one a line. A list becomes lines. */
export function assignments(values: Readonly<Record<string, string | number | readonly string[]>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(typeof value === 'object' ? value.join('\n') : String(value))}`)
    .join('\n');
}
