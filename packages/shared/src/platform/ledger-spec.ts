import type { RequestTemplate } from './request-template.ts';

/** How the ledger writes, and reads everything back. */
export type LedgerSpec = HttpLedger;

/** Through the platform's own API. */
export interface HttpLedger {
  readonly kind?: 'http';
  readonly write: RequestTemplate;
  /** Statuses that acknowledge a write. */
  readonly acknowledged: readonly number[];
  /** Statuses that prove that it was not applied. Everything else is unknown. */
  readonly rejected: readonly number[];
  /** Pages: `items` names the array, `id` and `payload` its fields, `next` the field of the next cursor. */
  readonly read: RequestTemplate & {
    readonly items: string;
    readonly id: string;
    readonly payload: string;
    readonly next: string;
  };
  readonly clear: RequestTemplate;
}
