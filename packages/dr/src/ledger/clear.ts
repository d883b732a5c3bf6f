import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import { within } from '@ordeal/shared/time/deadline';
import { openRedis } from '../drivers/redis/connection.ts';
import { reasonOf } from '@ordeal/shared/reason-of';
import { clearCollections, type ClearRequest } from './stores/http-clear.ts';
import { clearTable } from './stores/postgres-table.ts';
import { streamKey } from './stores/redis.ts';

const retryAfterMs = 250;

/**
 * Deletes what a ledger wrote, and where it goes through the platform's API, the collections that probes wrote into as
 * well. Retries until the deadline, and does nothing more once `signal` is aborted. Rejects with what may still be there.
 */
export async function clearLedger(
  spec: LedgerSpec,
  request: Omit<ClearRequest, 'template'>,
  collection: string,
  probed: readonly string[],
  { clock, signal }: Pick<DriverContext, 'clock' | 'signal'>,
): Promise<void> {
  if (spec.kind !== 'postgres' && spec.kind !== 'redis') {
    const collections = [...new Set([collection, ...probed])];
    await clearCollections({ ...request, template: spec.clear }, collections, { clock, signal });
    return;
  }
  const deadline = clock.now() + request.deadlineMs;
  for (;;) {
    try {
      signal.throwIfAborted();
      if (spec.kind === 'postgres') {
        await clearTable(spec, collection, Math.max(request.timeoutMs, deadline - clock.now()), signal);
      } else {
        await unlink(spec.url, streamKey(spec, collection), request.timeoutMs, { clock, signal });
      }
      return;
    } catch (error) {
      if (signal.aborted || clock.now() + retryAfterMs > deadline) {
        throw new Error(
          `What the drill has written is still there. Collection ${collection} could not be deleted within ` +
            `${request.deadlineMs} ms: ${reasonOf(error)}. Delete it once the platform answers.`,
          { cause: error },
        );
      }
      await clock.sleep(retryAfterMs, signal).catch(() => undefined);
    }
  }
}

async function unlink(
  url: string,
  key: string,
  timeoutMs: number,
  { clock, signal }: Pick<DriverContext, 'clock' | 'signal'>,
): Promise<void> {
  const redis = openRedis(url);
  try {
    await within(clock, timeoutMs, 'The answer of Redis', signal, async (ending) => {
      await redis.authenticate();
      ending.throwIfAborted();
      await redis.command('UNLINK', key);
    });
  } finally {
    redis.close();
  }
}
