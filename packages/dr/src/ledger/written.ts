import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { goneWithin, signalProcess } from '@ordeal/shared/process/signal';
import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { Healer } from '@ordeal/shared/undo/healer';
import { z } from 'zod';
import { clearLedger } from './clear.ts';
import { WRITTEN_DRIVER } from './written-driver.ts';

/** `config` of an undo entry of the driver `drill-writes`. */
export interface WrittenUndo {
  /** Who writes, as `processIdentity` gives it: while one of them lives, nothing stays deleted. */
  readonly writers: readonly string[];
  readonly ledger: LedgerSpec;
  readonly entry: string;
  readonly nameServers?: NamedEntry['servers'];
  readonly headers: Readonly<Record<string, string>>;
  readonly run: string;
  readonly tenant: string;
  /** The ledger's own collection, and those that probes wrote into. */
  readonly collection: string;
  readonly probed: readonly string[];
}

const text = z.string();
const texts = z.record(text, text);
const schema = z.object({
  writers: z.array(z.string().regex(/^[1-9]\d*@./)),
  ledger: z.union([
    z.looseObject({ kind: z.literal(['postgres', 'redis']), url: text }),
    z.looseObject({ kind: z.literal('http').optional(), clear: z.looseObject({ path: text }) }),
  ]),
  entry: text,
  nameServers: z.array(text).optional(),
  headers: texts,
  run: text,
  tenant: text,
  collection: text.min(1),
  probed: z.array(text),
});

const endsWithinMs = 5000;
const answersWithinMs = 5000;

/**
 * A run goes on for as long as a person takes to decide, and what is deleted under it counts as lost: the deadline is
 * for a runner that hangs for good.
 */
const hangsAfterMs = 7 * 24 * 3_600_000;

/** The undo entry of what observers are about to write. */
export function writtenEntry(
  undo: WrittenUndo,
  drill: string,
  now: number,
): Omit<UndoEntry, 'id' | 'sequence' | 'createdAt'> {
  return {
    driver: WRITTEN_DRIVER,
    config: undo,
    describe: `what the drill ${drill} has written (${wordsOf(undo)})`,
    deadline: new Date(now + hangsAfterMs).toISOString(),
    revives: 'nothing',
  };
}

function wordsOf({ ledger, collection }: WrittenUndo): string {
  switch (ledger.kind) {
    case 'postgres':
      return `rows of ${collection} in PostgreSQL`;
    case 'redis':
      return `the stream of ${collection} in Redis`;
    default:
      return `collection ${collection} of the platform`;
  }
}

/** Ends who writes, and then deletes what was written, from the undo entry alone. */
export const writtenHealer: Healer = {
  heal: async (entry, context) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} does not say what a drill has written`);
    const undo = parsed.data as unknown as WrittenUndo;
    for (const writer of undo.writers) await end(writer, context);
    await deleteWritten(undo, answersWithinMs, context);
  },
};

/** Deletes it, trying again until the deadline or `signal`. Rejects with what may still be there. */
export async function deleteWritten(
  { ledger, collection, probed, ...rest }: WrittenUndo,
  deadlineMs: number,
  { clock, signal }: Pick<DriverContext, 'clock' | 'signal'>,
): Promise<void> {
  const { entry, nameServers, headers, run, tenant } = rest;
  const request = {
    entry,
    ...(nameServers === undefined ? {} : { nameServers }),
    headers,
    run,
    tenant,
    timeoutMs: answersWithinMs,
    deadlineMs,
  };
  await clearLedger(ledger, request, collection, probed, { clock, signal });
}

async function end(identity: string, { clock, signal }: DriverContext): Promise<void> {
  signalProcess(identity, 'SIGKILL');
  if (await goneWithin(identity, endsWithinMs, clock, signal)) return;
  throw new Error(`the observer ${identity} is still there after SIGKILL, and may go on writing`);
}
