import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RedisNode } from './config.ts';
import { withRedis } from './connection.ts';

/** A name that never resolves (RFC 2606): a replica of it follows nobody, and takes no writes. */
export const nobody = { host: 'ordeal-fence.invalid', port: 1 } as const;

/** Has the server write its role into its configuration file. Says so when that cannot be: it started without one. */
export async function rewriteConfig(node: RedisNode, context: DriverContext): Promise<boolean> {
  try {
    await withRedis(node, context, (session) => session.command('CONFIG', 'REWRITE'));
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    context.say(
      `node ${node.name} cannot keep its role through a restart (${reasonOf(error)}): start it with a configuration file, ` +
        'and let the user of the store rewrite that (CONFIG REWRITE)',
    );
    return false;
  }
}

/** Makes whatever starts with the file a replica of nobody. Synced when it returns. */
export function writeFence(configFile: string): void {
  const kept = readFileSync(configFile, 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(replicaof|slaveof|replica-read-only|slave-read-only)\b/i.test(line));
  const text = [
    ...kept.filter((line, index) => line !== '' || index < kept.length - 1),
    `replicaof ${nobody.host} ${nobody.port}`,
    'replica-read-only yes',
    '',
  ].join('\n');
  const { uid, gid, mode } = statSync(configFile);
  const beside = `${configFile}.ordeal`;
  const file = openSync(beside, 'w', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chownSync(beside, uid, gid);
  renameSync(beside, configFile);
}
