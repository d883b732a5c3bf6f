import type { HttpLedger } from '@ordeal/shared/platform/ledger-spec';
import type { Sent } from '../../observers/send.ts';
import type { Outcome } from '../writes.ts';

/**
 * What a client may conclude from the answer to a write. Only a complete answer with an acknowledging status is `ok`;
 * only a refused connection or a rejecting status proves that nothing was applied; everything else is `info`.
 */
export function outcomeOf(
  sent: Sent,
  spec: Pick<HttpLedger, 'acknowledged' | 'rejected'>,
): { readonly outcome: Outcome; readonly detail: string } {
  if (sent.kind === 'none') {
    return { outcome: sent.neverSent ? 'fail' : 'info', detail: sent.error };
  }
  const detail = `status ${sent.status}`;
  if (spec.acknowledged.includes(sent.status)) return { outcome: 'ok', detail };
  return { outcome: spec.rejected.includes(sent.status) ? 'fail' : 'info', detail };
}
