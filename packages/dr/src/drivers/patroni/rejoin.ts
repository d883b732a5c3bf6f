import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askPostgres } from '../../split-brain/ask-postgres.ts';
import { mustRun } from '../postgres/program.ts';
import { ask } from './api.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';
import { overviewOf, settingsOf, type Overview } from './status.ts';

const startWithinMs = 60_000;
const copyWithinMs = 30 * 60_000;
const pauseMs = 250;

/**
 * Makes the node a standby of `primary`, and resolves when it streams and has what the primary had when it began to.
 * Patroni gets it back by itself (with `pg_rewind`, where it may). A node that it does not get back within some of
 * its loops is reinitialised: it gets a fresh copy.
 */
export async function rejoin(
  config: PatroniStoreConfig,
  node: PatroniNode,
  primary: PatroniNode,
  context: DriverContext,
): Promise<void> {
  const before = await overviewOf(config, context);
  if (before.leader !== primary) {
    throw new Error(
      `expected node ${primary.name} to be the primary, found ${before.leader === undefined ? 'none' : before.leader.name}: ` +
        'promote it first',
    );
  }
  const own = before.told.find((one) => one.node === node);
  const rival = await askPostgres(node, context);
  if (rival.takes === 'yes') {
    throw new Error(
      `node ${node.name} accepts writes as well as ${primary.name}: fence it before it can rejoin`,
    );
  }
  const goal = positionOf(before, primary);
  if (own?.report === undefined) {
    if (node.service === undefined) {
      throw new Error(
        `node ${node.name} does not answer (${own?.reason ?? 'unknown node'}): start Patroni on it, or give the node ` +
          'a service whose start does',
      );
    }
    await mustRun(node.service.start, context, { timeoutMs: startWithinMs });
  }
  const { loop_wait: loop } = await settingsOf(config, context);
  // Patroni starts it, looks, rewinds and starts it again, each in a loop of its own.
  if (await follows(config, node, primary, goal, 6 * loop * 1000 + 15_000, context)) return;
  await reinitialise(config, node, context);
  if (await follows(config, node, primary, goal, copyWithinMs, context)) return;
  throw new Error(
    `node ${node.name} does not follow ${primary.name} within ${copyWithinMs / 60_000} min of a fresh copy: look into its log`,
  );
}

async function reinitialise(
  config: PatroniStoreConfig,
  node: PatroniNode,
  context: DriverContext,
): Promise<void> {
  context.say(`node ${node.name} does not follow with the data that it has: reinitialising it`);
  const deadline = context.clock.now() + 60_000;
  for (;;) {
    const question = { method: 'POST', path: '/reinitialize', body: { force: true } } as const;
    const answer = await ask(config, node, question, context);
    if (answer.status === 200) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `Patroni does not reinitialise node ${node.name}: ${answer.status} ${answer.text.trim()}`,
      );
    }
    await context.clock.sleep(1000, context.signal);
  }
}

async function follows(
  config: PatroniStoreConfig,
  node: PatroniNode,
  primary: PatroniNode,
  goal: number,
  withinMs: number,
  context: DriverContext,
): Promise<boolean> {
  const deadline = context.clock.now() + withinMs;
  for (;;) {
    const now = await overviewOf(config, context);
    if (now.leader !== primary) {
      throw new Error(
        `node ${primary.name} is no longer the leader (${now.leader?.name ?? 'nobody'} is), while ${node.name} rejoins it`,
      );
    }
    const own = now.told.find((one) => one.node === node)?.report;
    const leads = now.told.find((one) => one.node === primary)?.report;
    const streams = leads?.replication.some(
      (one) => one.application_name === node.member && one.state === 'streaming',
    );
    const replayed = own?.xlog?.replayed_location ?? 0;
    if (streams === true && own?.timeline === leads?.timeline && replayed >= goal) return true;
    if (context.clock.now() > deadline) return false;
    await context.clock.sleep(pauseMs, context.signal);
  }
}

function positionOf(overview: Overview, node: PatroniNode): number {
  return overview.told.find((one) => one.node === node)?.report?.xlog?.location ?? 0;
}
