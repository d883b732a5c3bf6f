import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import { quoted, tableOf } from '../../ledger/stores/postgres-table.ts';
import type { RestoreSettings } from '../config.ts';

/** Where a restored server has the writes of the platform's ledger. */
export type LedgerPlace =
  /** The statement gives `id` and `payload` of all writes of the collection `$1`. */
  | { readonly known: true; readonly sql: string }
  /** It has none, or nobody says where. */
  | { readonly known: false; readonly why: string };

/** Finds where a platform's ledger is in what its backup brings back. */
export function ledgerPlace(
  ledger: LedgerSpec | null,
  { ledger: said }: Pick<RestoreSettings, 'ledger'>,
): LedgerPlace {
  if (ledger === null) return { known: false, why: 'the platform has no ledger' };
  if (said !== undefined && 'elsewhere' in said) {
    return { known: false, why: `the ledger is not in this backup: ${said.elsewhere}` };
  }
  if (said !== undefined) return { known: true, sql: said.sql };
  switch (ledger.kind) {
    case 'postgres':
      return {
        known: true,
        sql:
          "SELECT collection || '-' || worker || '-' || sequence AS id, payload " +
          `FROM ${quoted(tableOf(ledger))} WHERE collection = $1`,
      };
    case 'redis':
      return { known: false, why: 'the ledger writes into Redis, and a PostgreSQL is what was restored' };
    default:
      return {
        known: false,
        why:
          "the ledger writes through the platform's API, and nobody says where its writes are in the database: set " +
          '`restore.ledger` of the backup',
      };
  }
}
