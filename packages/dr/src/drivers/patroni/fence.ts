import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { askPostgres } from '../../split-brain/ask-postgres.ts';
import { mustRun } from '../postgres/program.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';
import { overviewOf } from './status.ts';

const stopWithinMs = 60_000;
const refusedWithinMs = 10_000;

/**
 * Makes sure that the node cannot accept writes. Its service is stopped and kept off, and its PostgreSQL must be seen
 * to refuse. Without a service to stop, only a node that answers as a standby under another node's leader lock
 * counts as fenced: a lock alone stops nobody who does not run (a frozen Patroni beside a PostgreSQL that goes on).
 */
export async function fence(
  config: PatroniStoreConfig,
  node: PatroniNode,
  context: DriverContext,
): Promise<void> {
  if (node.service !== undefined) {
    await mustRun(node.service.stop, context, { timeoutMs: stopWithinMs });
    return await mustRefuse(node, context);
  }
  const { leader, told } = await overviewOf(config, context);
  const own = told.find((one) => one.node === node)?.report;
  const answer = await askPostgres(node, context);
  if (own !== undefined && answer.takes === 'no' && leader !== undefined && leader !== node) return;
  throw new Error(
    `node ${node.name} is not proven to be fenced (${answer.detail}; the leader lock is ` +
      `${leader === undefined ? 'free' : `held by ${leader.name}`}): stop Patroni and PostgreSQL on it, or give the ` +
      'node a service whose stop does',
  );
}

/** Why the node could not be fenced once it is lost; empty when it could. Changes nothing. */
export function whyNoProof({ name, service }: PatroniNode): readonly string[] {
  if (service !== undefined) return [];
  return [
    `node ${name} could not be fenced once it does not answer, since it has no service: give it one whose stop ends ` +
      'Patroni and PostgreSQL on it and keeps them off, or drill what the cluster does by itself (kind: observe)',
  ];
}

/** Stopped: nobody may answer at its address any more, save to refuse. */
async function mustRefuse(node: PatroniNode, context: DriverContext): Promise<void> {
  const deadline = context.clock.now() + refusedWithinMs;
  for (;;) {
    const answer = await askPostgres(node, context);
    // Where its whole machine is gone nobody refuses either; the service's stop has vouched for it then.
    if (answer.takes === 'no' || (answer.takes === 'unknown' && context.clock.now() > deadline)) {
      if (answer.takes === 'unknown') {
        context.say(`node ${node.name} was stopped, and does not answer at all (${answer.detail})`);
      }
      return;
    }
    if (context.clock.now() > deadline) {
      throw new Error(
        `node ${node.name} still takes writes after ${node.service?.stop.join(' ')}: stop whatever keeps its ` +
          'PostgreSQL running, then fence it again',
      );
    }
    await context.clock.sleep(100, context.signal);
  }
}
