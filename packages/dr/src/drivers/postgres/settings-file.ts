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

/** A value as PostgreSQL's configuration files want it. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
