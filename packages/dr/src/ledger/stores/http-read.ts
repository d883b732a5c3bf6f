import type { HttpLedger } from '@ordeal/shared/platform/ledger-spec';
import { fillTemplate } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';
import { freshConnections } from '../../observers/connections.ts';
import { lookupOf } from '../../observers/lookup.ts';
import { send, splitEntry, type Sent } from '../../observers/send.ts';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { payloadOf } from '../payload.ts';
import { keyOf, type Found } from '../writes.ts';
import { Unreadable } from './store.ts';

const pageTimeoutMs = 10_000;
const retryAfterMs = 200;
/** With less time left a page is not asked for: its timeout would hide why the ones before failed. */
const worthAskingMs = 100;

type Page =
  | { readonly ok: true; readonly items: readonly Found[]; readonly next: string | null }
  | { readonly ok: false; readonly reason: string };

/** What a page is asked for with. */
interface Asking {
  readonly config: LedgerConfig;
  readonly spec: HttpLedger;
  readonly clock: Clock;
  readonly deadline: number;
}

/**
 * Reads the whole set once, page by page, through the platform's entry. A page that fails is asked for again until
 * the deadline; then it rejects: a set that could not be read is not an empty set.
 */
export async function readPages(
  config: LedgerConfig,
  spec: HttpLedger,
  clock: Clock,
  deadline: number,
  take: (page: readonly Found[]) => Promise<void>,
): Promise<void> {
  const cursors = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    cursors.add(cursor);
    const page: Extract<Page, { ok: true }> = await readPage({ config, spec, clock, deadline }, cursor);
    await take(page.items);
    if (page.next !== null && cursors.has(page.next)) {
      throw new Unreadable(
        `Reading the ledger back goes round in circles: the cursor ${page.next} came twice.`,
      );
    }
    cursor = page.next;
  }
}

async function readPage(
  { config, spec, clock, deadline }: Asking,
  cursor: string,
): Promise<Extract<Page, { ok: true }>> {
  const { origin, prefix } = splitEntry(config.entry);
  const { collection, run, tenant } = config;
  const request = fillTemplate(
    spec.read,
    { id: '', payload: '', collection, run, tenant, cursor },
    config.headers,
  );
  let reason = 'there was no time to ask';
  while (clock.now() + worthAskingMs <= deadline) {
    const timeoutMs = Math.min(pageTimeoutMs, Math.max(worthAskingMs, deadline - clock.now()));
    const page = pageOf(
      await send(
        freshConnections(origin, timeoutMs, lookupOf(config.nameServers, 'not at all', clock)),
        { ...request, path: prefix + request.path },
        timeoutMs,
        clock,
      ),
      spec,
      collection,
    );
    if (page.ok) return page;
    reason = page.reason;
    await clock.sleep(Math.min(retryAfterMs, Math.max(0, deadline - clock.now())));
  }
  throw new Error(
    `The ledger could not be read back within ${config.readDeadlineMs} ms: ${request.method} ${request.path}: ` +
      `${reason}. What was lost is not known; read again once the platform answers.`,
  );
}

function pageOf(sent: Sent, spec: HttpLedger, collection: string): Page {
  if (sent.kind === 'none') return { ok: false, reason: sent.detail };
  if (sent.status < 200 || sent.status > 299) return { ok: false, reason: `status ${sent.status}` };
  let body: unknown;
  try {
    body = JSON.parse(sent.body);
  } catch {
    return { ok: false, reason: `expected JSON, got ${JSON.stringify(sent.body.slice(0, 80))}` };
  }
  const fields = fieldsOf(body);
  const items = fields[spec.read.items];
  if (!Array.isArray(items)) {
    return { ok: false, reason: `expected an array in its field ${spec.read.items}, got ${typeof items}` };
  }
  const found: Found[] = [];
  for (const item of items.map(fieldsOf)) {
    const id = textOf(item[spec.read.id]);
    if (id === null)
      return { ok: false, reason: `an item has no text or number in its field ${spec.read.id}` };
    const key = keyOf(collection, id);
    found.push(key === null ? { key, id } : { key, corrupt: item[spec.read.payload] !== payloadOf(id) });
  }
  return { ok: true, items: found, next: textOf(fields[spec.read.next]) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
