/** Replication settings that decide what a server does when it starts as a standby. */
const replication = /^\s*(primary_conninfo|primary_slot_name|restore_command|recovery_target\w*)\b/i;

/**
 * Text of a `postgresql.auto.conf` with its replication settings replaced by these. What else was set there
 * stays. Targets of a point-in-time recovery go too: one of them could end recovery, and with it the fence.
 */
export function withReplication(text: string, settings: Readonly<Record<string, string>>): string {
  const kept = text.split('\n').filter((line) => line !== '' && !replication.test(line));
  const added = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}`);
  return [...kept, ...added, ''].join('\n');
}

const recovery =
  /^\s*(restore_command|recovery_target\w*)\s*(?:=|\s)\s*(?:'((?:[^'\\]|''|\\.)*)'|([^\s#']+))/i;

/** Up to where a server is to recover, and how it gets its log, in the text of a configuration file. The last one counts. */
export function recoverySettings(text: string): Readonly<Record<string, string>> {
  const found = text.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
    const [, name, inQuotes, plain = ''] = recovery.exec(line) ?? [];
    if (name === undefined) return [];
    const value = inQuotes?.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1') ?? plain;
    return [[name.toLowerCase(), value]];
  });
  return Object.fromEntries(found);
}

/** A value as PostgreSQL's configuration files want it. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
