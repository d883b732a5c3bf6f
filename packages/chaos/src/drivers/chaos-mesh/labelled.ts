import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Labelled, LabelledFound } from '@ordeal/shared/undo/labelled';
import { nameOf, type ChaosMeshClient } from '../../chaos-mesh/client.ts';
import { findLeftovers, removeLeftover, type Leftover } from '../../chaos-mesh/sweep.ts';
import type { ChaosMeshConfig } from './config.ts';
import { connect } from './connect.ts';

const LOOK_WITHIN_MS = 15_000;
const GONE_WITHIN_MS = 40_000;

/**
 * Everything of Chaos Mesh on a cluster that carries our label: in all namespaces, or in those that are named where
 * that is not permitted. Changes nothing. Rejects when another cluster answers than the one that is meant.
 */
export async function labelledFaults(
  cluster: ChaosMeshConfig['cluster'],
  namespaces: readonly string[],
  { clock, signal, say }: DriverContext,
): Promise<LabelledFound> {
  const { client } = await connect({ cluster }, { clock, signal, say }, LOOK_WITHIN_MS);
  const until = clock.now() + LOOK_WITHIN_MS;
  const everywhere = await findLeftovers(client, {}, { clock, signal, until });
  const { found, unseen } =
    everywhere.unseen.length === 0 || namespaces.length === 0
      ? everywhere
      : await findLeftovers(client, { namespaces }, { clock, signal, until });
  return {
    found: found.map((one) => labelledOf(client, one, { clock, say })),
    unseen: unseen.map(({ kind, why }) => `${kind} in ${cluster.context}: ${why}`),
  };
}

function labelledOf(
  client: ChaosMeshClient,
  leftover: Leftover,
  { clock, say }: Pick<DriverContext, 'clock' | 'say'>,
): Labelled {
  const { ref, run, state } = leftover;
  const remove = async (signal: AbortSignal): Promise<void> => {
    const until = clock.now() + GONE_WITHIN_MS;
    const removal = await removeLeftover(client, leftover, {
      clock,
      signal,
      until,
      say,
      forceAfterMs: Infinity,
    });
    if (removal.is === 'left') throw new Error(removal.why);
    if (removal.is === 'abandoned') {
      throw new Error(
        `it is gone, and was last seen to be in at ${removal.left.join(', ')}: replace these pods`,
      );
    }
  };
  return { name: nameOf(ref), state, run, end: { by: 'us', remove } };
}
