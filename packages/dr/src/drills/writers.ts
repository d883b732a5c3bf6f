import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { WritersRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';
import { watchForSplitBrain } from '../split-brain/watch.ts';
import type { Course } from './course.ts';

const everyMs = 200;
/** A machine that is busy may keep an answer waiting: what is silent for longer is told. */
const blindMs = 5000;

/** Begins to ask all nodes of the store whether they take writes, where its driver can. */
export function watchWriters(course: Course, within: DriverContext): void {
  const { deps, context, phase } = course;
  const { openQuestions } = deps.store;
  if (openQuestions === undefined) return;
  course.writers = watchForSplitBrain(
    {
      store: { openQuestions },
      nodes: deps.nodes,
      everyMs,
      blindMs,
      ...(deps.onWriteAnswer === undefined ? {} : { onAnswer: deps.onWriteAnswer }),
      onProof: ({ detail }) =>
        void context.journal.append({ type: 'warning', message: `${phase.title}: two writers: ${detail}` }),
    },
    within,
  );
}

/** The node was made unable to take writes within these bounds, and that was seen. */
export function isStopped(course: Course, node: string, at: Bounds): void {
  course.writers?.vouch(node, at);
}

/** Ends the watch, and says what it came to. */
export async function writersRecord(course: Course): Promise<WritersRecord | undefined> {
  if (course.writers === undefined) {
    return course.deps.store.openQuestions === undefined
      ? {
          outcome: 'not excluded',
          detail: `a store of kind ${course.deps.store.kind} cannot be asked whether its nodes take writes`,
        }
      : undefined;
  }
  const { outcome, detail } = await course.writers.stop();
  return { outcome, detail };
}
