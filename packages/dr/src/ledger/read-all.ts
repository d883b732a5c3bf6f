import type { Clock } from '@ordeal/shared/time/clock';
import { freshConnections } from '../observers/connections.ts';
import { send, splitEntry, type Sent } from '../observers/send.ts';
import { fillTemplate } from '@ordeal/shared/platform/template';
import type { LedgerConfig } from './ledger-protocol.ts';
import { payloadHash } from './payload.ts';
import type { LedgerItem, LedgerReading } from './writes.ts';

const pageTimeoutMs = 10_000;
const retryAfterMs = 200;
/** With less time left a page is not asked for: its timeout would hide why the ones before failed. */
const worthAskingMs = 100;

type Page =
  | { readonly ok: true; readonly items: readonly LedgerItem[]; readonly next: string | null }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads the whole set once, page by page, through the platform's entry. A page that fails is asked for again until
 * the deadline; then it rejects: a set that could not be read is not an empty set.
 */
export async function readAll(config: LedgerConfig, clock: Clock): Promise<LedgerReading> {
  const begun = clock.now();
  const deadline = begun + config.readDeadlineMs;
  const items: LedgerItem[] = [];
  const cursors = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    cursors.add(cursor);
    const page = await readPage(config, cursor, deadline, clock);
    for (const item of page.items) items.push(item);
    if (page.next !== null && cursors.has(page.next)) {
      throw new Error(`Reading the ledger back goes round in circles: the cursor ${page.next} came twice.`);
    }
    cursor = page.next;
  }
  return { begun, completed: clock.now(), items };
}

async function readPage(
  config: LedgerConfig,
  cursor: string,
  deadline: number,
  clock: Clock,
): Promise<Extract<Page, { ok: true }>> {
  const { origin, prefix } = splitEntry(config.entry);
  const { collection, run, tenant } = config;
  const request = fillTemplate(
    config.spec.read,
    { id: '', payload: '', collection, run, tenant, cursor },
    config.headers,
  );
  let reason = 'there was no time to ask';
  while (clock.now() + worthAskingMs <= deadline) {
    const timeoutMs = Math.min(pageTimeoutMs, Math.max(worthAskingMs, deadline - clock.now()));
    const page = pageOf(
      await send(
        freshConnections(origin, timeoutMs),
        { ...request, path: prefix + request.path },
        timeoutMs,
        clock,
      ),
      config,
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

function pageOf(sent: Sent, { spec }: LedgerConfig): Page {
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
  const read = items.map(fieldsOf).map((item) => ({
    id: textOf(item[spec.read.id]),
    hash: payloadHash(item[spec.read.payload]),
  }));
  if (!read.every((item): item is LedgerItem => item.id !== null)) {
    return { ok: false, reason: `an item has no text or number in its field ${spec.read.id}` };
  }
  return { ok: true, items: read, next: textOf(fields[spec.read.next]) };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
