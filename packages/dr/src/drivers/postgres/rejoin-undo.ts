import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { writeDurably } from '@ordeal/shared/files/durable-file';
import type { Clock } from '@ordeal/shared/time/clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { Healer } from '@ordeal/shared/undo/healer';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { z } from 'zod';
import type { PostgresNode } from './config.ts';
import { freshDirOf, noteOf } from './files.ts';
import { REJOIN_DRIVER } from './rejoin-driver.ts';
import { runningServer } from './server.ts';
import { dropUnused, endConnections, useOfSlot } from './slots.ts';

/** `config` of an undo entry of the driver `postgres-rejoin`. */
interface RejoinUndo {
  readonly node: Pick<PostgresNode, 'name' | 'dataDir' | 'slot'>;
  /** With its password: the run's own file has it as well, and is read by its owner alone. */
  readonly primary: Pick<PostgresNode, 'name' | 'url'>;
}

const text = z.string().min(1);
const schema = z.object({
  node: z.object({ name: text, dataDir: text.startsWith('/'), slot: text }),
  primary: z.object({ name: text, url: text }),
});

/** Longer than a rejoin may take: before that it is for a runner that hangs. */
const HANGS_AFTER_MS = 45 * 60_000;
/** A node that runs and can follow connects by then. */
const FOLLOWS_WITHIN_MS = 15_000;
/** What a runner asked for as it died may come about so much later. */
const AGAIN_AFTER_MS = 200;
const LOOK_EVERY_MS = 100;

/** Where a rejoin writes down what it makes, so that it is taken away when nobody goes on with it. */
export type RejoinLedger = Pick<UndoLedger, 'push' | 'settle'>;

/** What a rejoin under way has noted. */
export interface NotedRejoin {
  /** Called before anything is made. Does nothing the second time. */
  begin(): void;
  /** By what name the copying has to connect to the primary: of no other's. */
  connection(): string;
  /** Called when the node streams, or nothing of what was made is left. */
  end(): void;
}

/**
 * Notes of one rejoin. Beside the node's data lies which entry the newest rejoin has: whoever heals an older one sees by it
 * that somebody has gone on, and touches nothing.
 */
export function noteRejoin(
  ledger: RejoinLedger | undefined,
  node: PostgresNode,
  primary: PostgresNode,
  clock: Clock,
): NotedRejoin {
  let entry: UndoEntry | undefined;
  return {
    begin() {
      if (ledger === undefined || entry !== undefined) return;
      const { name, dataDir, slot } = node;
      const config: RejoinUndo = {
        node: { name, dataDir, slot },
        primary: { name: primary.name, url: primary.url },
      };
      entry = ledger.push({
        driver: REJOIN_DRIVER,
        config,
        describe: `the replication slot ${slot} on node ${primary.name} and the half copy ${freshDirOf(dataDir)}, of a rejoin of node ${name}`,
        deadline: new Date(clock.wall() + HANGS_AFTER_MS).toISOString(),
        revives: 'nothing',
      });
      writeDurably(noteOf(dataDir), entry.id);
    },
    connection: () => connectionOf(entry?.id ?? 'unnoted'),
    end() {
      rmSync(noteOf(node.dataDir), { force: true });
      if (entry !== undefined) ledger?.settle(entry.id, 'run');
      entry = undefined;
    },
  };
}

function connectionOf(id: string): string {
  return `ordeal-rejoin-${id}`;
}

/**
 * Takes away what a rejoin made that nobody goes on with, from its entry alone, and ends the copying. Left are a slot that
 * somebody else uses, and a copy that is complete and has no data directory beside it.
 */
export const rejoinHealer: Healer = {
  heal: async (entry, context) => {
    const parsed = schema.safeParse(entry.config);
    if (!parsed.success) throw new Error(`the undo entry ${entry.id} names no rejoin`);
    const { node, primary } = parsed.data;
    if (!isNewest(entry, node.dataDir)) return;
    await giveSlotBack(connectionOf(entry.id), node, primary, context);
    if (existsSync(node.dataDir))
      rmSync(freshDirOf(node.dataDir), { recursive: true, force: true, maxRetries: 5 });
    rmSync(noteOf(node.dataDir), { force: true });
  },
};

function isNewest({ id }: UndoEntry, dataDir: string): boolean {
  const path = noteOf(dataDir);
  return existsSync(path) && readFileSync(path, 'utf8') === id;
}

/** Resolves when nobody keeps log for a node that does not follow. */
async function giveSlotBack(
  copying: string,
  { name, dataDir, slot }: RejoinUndo['node'],
  primary: RejoinUndo['primary'],
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  // A node that was started just now may be about to follow.
  const patient = clock.now() + (runningServer(dataDir) === undefined ? 0 : FOLLOWS_WITHIN_MS);
  for (let looks = 0; ; looks += 1) {
    // It goes on without whoever started it, and uses the slot all the while.
    await endConnections(copying, primary, context);
    const use = await useOfSlot(slot, primary, context);
    if (use.is === 'used' && use.by === name) return;
    if (use.is === 'used' && use.by !== copying) {
      throw new Error(
        `replication slot ${slot} on node ${primary.name} is in use by ${use.by}, so it is left as it is: end that, and ` +
          'run `ordeal recover`',
      );
    }
    if (use.is === 'absent' && looks > 0) return;
    if (use.is === 'unused' && clock.now() >= patient) {
      await dropUnused(slot, primary, context);
      context.say(
        `replication slot ${slot} on node ${primary.name} was dropped: node ${name} did not rejoin`,
      );
      return;
    }
    await clock.sleep(use.is === 'absent' ? AGAIN_AFTER_MS : LOOK_EVERY_MS, signal);
  }
}
