import { spawnSync } from 'node:child_process';

/** Why there can be no terminal here: `script` of util-linux makes one, where the machine lets it. */
export function withoutTerminal(): string | undefined {
  const made = spawnSync('script', ['-q', '-e', '-c', 'true', '/dev/null'], { timeout: 60_000 });
  return made.status === 0 ? undefined : 'skipped: `script` of util-linux makes no terminal here';
}
