import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { WriteQuestions } from '../../split-brain/answer.ts';
import type { Takeover } from '../self-recovery.ts';

const everyMs = 100;

/**
 * Waits until one of the nodes has committed a write. They are asked straight, past whatever manages them. `meanwhile`
 * is done before each round, and ends the waiting by rejecting.
 */
export async function nextWriter(
  nodes: readonly string[],
  questions: WriteQuestions,
  context: DriverContext,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Takeover> {
  let low = context.clock.now();
  for (;;) {
    context.signal.throwIfAborted();
    await meanwhile();
    const asked = context.clock.now();
    const answers = await Promise.all(nodes.map((name) => questions.ask(name, context)));
    const writer = answers.find((one) => one.takes === 'yes');
    if (writer?.takes === 'yes') {
      const timeline = Number(/timeline (\d+)/.exec(writer.incarnation)?.[1] ?? Number.NaN);
      return { node: writer.node, at: { low, high: writer.answered }, timeline };
    }
    if (answers.every((one) => one.takes === 'no')) low = asked;
    await context.clock.sleep(everyMs, context.signal);
  }
}
