import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { withSession } from '../../drivers/postgres/query.ts';
import type { RestoredWrite } from './against-ledger.ts';

const rowsAPage = 10_000;
/** A large table takes its time. */
const limits = { connectMs: 10_000, queryMs: 3_600_000 };

/** Hands over all writes of a collection that a restored server has, a page of them in memory at a time. */
export async function readRestored<T>(
  url: string,
  { sql, collection }: { readonly sql: string; readonly collection: string },
  use: (pages: AsyncIterable<readonly RestoredWrite[]>) => Promise<T>,
  context: DriverContext,
): Promise<T> {
  return await withSession(
    { name: 'restored', url },
    context,
    async (session) => {
      await session.rows('BEGIN READ ONLY');
      await session.rows(`DECLARE everything NO SCROLL CURSOR FOR ${sql}`, [collection]);
      async function* pages(): AsyncIterable<readonly RestoredWrite[]> {
        for (;;) {
          const rows = await session.rows<{ id: unknown; payload: unknown }>(
            `FETCH ${rowsAPage} FROM everything`,
          );
          const [first] = rows;
          if (first === undefined) return;
          if (!('id' in first && 'payload' in first)) {
            const found = Object.keys(first).join(', ');
            throw new Error(`expected the columns id and payload of \`restore.ledger.sql\`, found ${found}`);
          }
          yield rows.map(({ id, payload }) => ({ id: String(id), payload: String(payload) }));
        }
      }
      return await use(pages());
    },
    limits,
  );
}
