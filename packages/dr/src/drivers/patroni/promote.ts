import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askPostgres } from '../../split-brain/ask-postgres.ts';
import { ask } from './api.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';
import { overviewOf, settingsOf, type Overview } from './status.ts';

const pauseMs = 250;

/**
 * Makes the node the primary, and resolves when it has committed a write. Patroni alone changes the roles, so there
 * are never two: from a leader that lives it is a switchover, which loses nothing. A leader that is gone has to be
 * waited for, until its lock runs out.
 */
export async function promote(
  config: PatroniStoreConfig,
  node: PatroniNode,
  context: DriverContext,
): Promise<void> {
  const { clock, signal } = context;
  const deadline = clock.now() + config.promoteWithinSeconds * 1000;
  // Patroni's own wait for the result: twice the greater of 10 s and loop_wait.
  const { loop_wait: loop } = await settingsOf(config, context);
  const timeoutMs = 2 * Math.max(10, loop) * 1000 + 5000;
  let said = 'nothing was asked yet';
  for (;;) {
    const overview = await overviewOf(config, context);
    if (overview.leader === node) {
      const answer = await askPostgres(node, context);
      if (answer.takes === 'yes') return;
      said = `it holds the leader lock, and does not take writes: ${answer.detail}`;
    } else {
      const asked = askThrough(overview, node);
      if (typeof asked === 'string') said = asked;
      else {
        const { path, body } = asked.question;
        signal.throwIfAborted();
        // Seen through, once asked for: it would come about all the same, after somebody has looked who leads.
        const seen = { ...context, signal: AbortSignal.timeout(timeoutMs) };
        const answer = await ask(config, asked.through, { method: 'POST', path, body, timeoutMs }, seen);
        said = `POST ${path} was answered ${answer.status}: ${answer.text.trim()}`;
        if (answer.status === 401 || answer.status === 403) throw new Error(refused(node, said));
      }
    }
    if (clock.now() > deadline) {
      throw new Error(
        `node ${node.name} is not the primary within ${config.promoteWithinSeconds} s: ${said}. See what ` +
          '`patronictl list` shows, and the log of node ' +
          node.name,
      );
    }
    await clock.sleep(pauseMs, signal);
  }
}

interface Asked {
  readonly through: PatroniNode;
  readonly question: { readonly path: string; readonly body: object };
}

function askThrough(overview: Overview, node: PatroniNode): Asked | string {
  const own = overview.told.find((one) => one.node === node);
  if (own?.report === undefined)
    return `node ${node.name} does not answer (${own?.reason ?? 'unknown node'})`;
  if (!overview.storeAnswers) return "no member can read the cluster's store";
  const leader = overview.told.find((one) => one.node === overview.leader);
  // A leader that does not answer cannot be asked to step down; its lock runs out by itself.
  const lives = leader?.report !== undefined;
  return {
    through: node,
    question: lives
      ? { path: '/switchover', body: { leader: leader.node.member, candidate: node.member } }
      : { path: '/failover', body: { candidate: node.member } },
  };
}

function refused(node: PatroniNode, said: string): string {
  return (
    `Patroni does not let us promote node ${node.name} (${said}): give the store the user of restapi.authentication, ` +
    'and allow this machine where there is an allowlist'
  );
}

/**
 * Planned: hands the leader's lock to the heir, which must stream from the node: a leader that stops for a switchover
 * sends what it has to those first. Resolves when the node is a standby itself: the heir's lock keeps it from writing.
 */
export async function demote(
  config: PatroniStoreConfig,
  node: PatroniNode,
  heir: PatroniNode,
  context: DriverContext,
): Promise<void> {
  if (heir === node) throw new Error(`node ${node.name} cannot hand over to itself: it was left as it is`);
  const overview = await overviewOf(config, context);
  const own = overview.told.find((one) => one.node === node);
  if (overview.leader === heir) return await mustStandBy(config, node, context);
  if (own?.report === undefined || overview.leader !== node) {
    const leader = overview.leader === undefined ? 'no leader at all' : `node ${overview.leader.name}`;
    throw new Error(
      `expected node ${node.name} as the leader, found ${own?.report === undefined ? `that it does not answer (${own?.reason ?? ''})` : leader}: ` +
        'a planned switchover is not possible',
    );
  }
  const streams = own.report.replication.some(
    (one) => one.application_name === heir.member && one.state === 'streaming',
  );
  if (!streams) {
    throw new Error(
      `node ${heir.name} does not stream from ${node.name}: rejoin it first. ${node.name} was left as it is`,
    );
  }
  await promote(config, heir, context);
  await mustStandBy(config, node, context);
}

/** Waits until the node is a standby, or refuses connections on its way to become one. */
async function mustStandBy(
  config: PatroniStoreConfig,
  node: PatroniNode,
  context: DriverContext,
): Promise<void> {
  const deadline = context.clock.now() + config.promoteWithinSeconds * 1000;
  for (;;) {
    const answer = await askPostgres(node, context);
    if (answer.takes === 'no') return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} gave up the leader lock, but is not seen to refuse writes (${answer.detail}): fence it`,
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}
