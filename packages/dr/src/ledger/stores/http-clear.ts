import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { RequestTemplate } from '@ordeal/shared/platform/request-template';
import { reasonOf } from '@ordeal/shared/reason-of';
import { freshConnections } from '../../observers/connections.ts';
import { lookupOf } from '../../observers/lookup.ts';
import { send, splitEntry } from '../../observers/send.ts';
import { fillTemplate } from '@ordeal/shared/platform/template';

/** How a collection is deleted. */
export interface ClearRequest {
  readonly template: RequestTemplate;
  readonly entry: string;
  /** Who is asked where the entry's name leads; absent: the system. */
  readonly nameServers?: NamedEntry['servers'];
  readonly headers: Readonly<Record<string, string>>;
  readonly run: string;
  readonly tenant: string;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
}

const retryAfterMs = 250;

/** Deletes collections, retrying until the deadline or `signal`. Rejects with the names of those that may still be there. */
export async function clearCollections(
  request: ClearRequest,
  collections: readonly string[],
  context: Pick<DriverContext, 'clock' | 'signal'>,
): Promise<void> {
  const results = await Promise.allSettled(
    collections.map((collection) => clearCollection(request, collection, context)),
  );
  const failed = results.filter((one) => one.status === 'rejected').map((one) => String(one.reason));
  if (failed.length > 0) throw new Error(`What the drill has written is still there. ${failed.join(' ')}`);
}

async function clearCollection(
  request: ClearRequest,
  collection: string,
  { clock, signal }: Pick<DriverContext, 'clock' | 'signal'>,
): Promise<void> {
  const { origin, prefix } = splitEntry(request.entry);
  const filled = fillTemplate(
    request.template,
    { id: '', payload: '', cursor: '', collection, run: request.run, tenant: request.tenant },
    request.headers,
  );
  const deadline = clock.now() + request.deadlineMs;
  let last = signal.aborted ? reasonOf(signal.reason) : 'there was no time to ask';
  while (clock.now() < deadline && !signal.aborted) {
    const lookup = lookupOf(request.nameServers, 'not at all', clock);
    const connections = freshConnections(origin, request.timeoutMs, lookup);
    const sent = await send(connections, { ...filled, path: prefix + filled.path }, request.timeoutMs, clock);
    if (sent.kind === 'answer' && isGone(sent.status)) return;
    last = sent.kind === 'answer' ? `status ${sent.status}` : sent.detail;
    await clock
      .sleep(Math.min(retryAfterMs, Math.max(0, deadline - clock.now())), signal)
      .catch(() => undefined);
  }
  throw new Error(
    `Collection ${collection} could not be deleted within ${request.deadlineMs} ms: ` +
      `${filled.method} ${filled.path}: ${last}. Delete it once the platform answers.`,
  );
}

function isGone(status: number): boolean {
  return (status >= 200 && status <= 299) || status === 404 || status === 410;
}
