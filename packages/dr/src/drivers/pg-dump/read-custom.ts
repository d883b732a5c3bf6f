import { join } from 'node:path';
import type { BackupCheck } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { feed } from '../../restore/programs.ts';
import type { DumpConfig } from './config.ts';

/** What this machine lacks, or has no time for, says nothing of the dump. */
const notOfTheDump = /^cannot run |unsupported version|did not end within/;

/**
 * Has pg_restore read all of a dump in its own format, and throws away what it makes of that. Its list of contents stands
 * at its beginning, and is whole in a dump that was cut off.
 */
export async function readCustom(
  config: DumpConfig,
  dump: string,
  bytes: AsyncIterable<Uint8Array>,
  context: DriverContext,
): Promise<BackupCheck> {
  const name = 'dump complete';
  const argv = [join(config.binDir, 'pg_restore'), '--file=/dev/null'];
  const program = { argv, cwd: '/', timeoutMs: config.withinSeconds * 1000, env: { LC_ALL: 'C' } };
  try {
    await feed(program, bytes, context);
    return { name, outcome: 'held', detail: `pg_restore reads ${dump} to its end` };
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = reasonOf(error);
    return notOfTheDump.test(reason)
      ? { name, outcome: 'not-run', detail: `whether ${dump} is whole cannot be told here: ${reason}` }
      : { name, outcome: 'broken', detail: `${dump} cannot be read to its end: ${reason}` };
  }
}
