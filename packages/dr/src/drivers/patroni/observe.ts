import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { WriteQuestions } from '../../split-brain/answer.ts';
import { postgresQuestions } from '../../split-brain/ask-postgres.ts';
import type { Takeover } from '../self-recovery.ts';
import type { PatroniNode, PatroniStoreConfig } from './config.ts';

const everyMs = 100;

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
    return await untilOneWrites(others, questions, context);
  } finally {
    questions.close();
  }
}

async function untilOneWrites(
  others: readonly PatroniNode[],
  questions: WriteQuestions,
  context: DriverContext,
): Promise<Takeover> {
  let low = context.clock.now();
  for (;;) {
    context.signal.throwIfAborted();
    const asked = context.clock.now();
    const answers = await Promise.all(others.map(({ name }) => questions.ask(name, context)));
    const writer = answers.find((one) => one.takes === 'yes');
    if (writer?.takes === 'yes') {
      const timeline = Number(/timeline (\d+)/.exec(writer.incarnation)?.[1] ?? Number.NaN);
      return { node: writer.node, at: { low, high: writer.answered }, timeline };
    }
    if (answers.every((one) => one.takes === 'no')) low = asked;
    await context.clock.sleep(everyMs, context.signal);
  }
}
