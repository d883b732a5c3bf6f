import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { postgresQuestions } from '../../split-brain/ask-postgres.ts';
import type { Takeover } from '../self-recovery.ts';
import { nextWriter } from '../postgres/next-writer.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';

/** Waits until a node other than `lost` has committed a write. The nodes are asked straight, past Patroni. */
export async function observe(
  config: PatroniStoreConfig,
  lost: PatroniNode,
  context: DriverContext,
): Promise<Takeover> {
  const others = config.nodes.filter((one) => one !== lost);
  const find = (name: string): PatroniNode => others.find((one) => one.name === name) ?? lost;
  const questions = postgresQuestions(find);
  try {
    return await nextWriter(
      others.map(({ name }) => name),
      questions,
      context,
    );
  } finally {
    questions.close();
  }
}
