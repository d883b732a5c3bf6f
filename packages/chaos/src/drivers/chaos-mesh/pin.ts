import type { Choice, DriverContext } from '@ordeal/shared/drivers/fault';
import { podName } from '../../chaos-mesh/select-pods.ts';
import { draw } from '../draw.ts';
import { findCandidates } from './candidates.ts';
import type { ChaosMeshConfig } from './config.ts';
import { connect } from './connect.ts';
import { howMany } from './pods.ts';

const LOOK_WITHIN_MS = 10_000;

/** Chooses the pods of a random share by the seed, and notes the run, by which its objects are told from others'. */
export async function pinChoice(
  config: ChaosMeshConfig,
  { run, seed }: Choice,
  context: DriverContext,
): Promise<ChaosMeshConfig> {
  if (config.choose === 'all') return { ...config, pinned: { run } };
  const connection = await connect(config, context, LOOK_WITHIN_MS);
  const candidates = await findCandidates(
    { ...config, pinned: undefined },
    connection,
    context,
    LOOK_WITHIN_MS,
  );
  if (candidates.are !== 'pods') return { ...config, pinned: { run } };
  const names = candidates.pods.map(podName);
  const chosen = draw(names, howMany(config.choose, names.length), seed);
  return { ...config, pinned: { run, pods: chosen, outOf: names.length } };
}
