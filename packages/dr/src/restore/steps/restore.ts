import type { RestorePoint, RestoreTarget } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { compareContent, contentAt } from '../content.ts';
import { note, RestoreRefused } from '../course.ts';
import { run } from '../programs.ts';
import { makeTarget, RESTORE_TARGET_DRIVER, targetUndo } from '../target.ts';
import { copyOf, momentOf, push } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const restore: RestoreStep = {
  name: 'restore',
  plan: (phase) =>
    phase.drill.kind === 'point-in-time'
      ? 'start a server of its own from the backup, and replay the log up to the moment'
      : 'start a server of its own from the backup, with everything since that can be had',
  asks: (course) =>
    `Restore ${copyOf(course).id} into a server of its own in ${course.deps.settings.into.dir} now? It is taken away afterwards.`,
  run: async (course, context) => {
    const { deps } = course;
    const copy = copyOf(course);
    const { dir, binDir, runAs, settings } = deps.settings.into;
    const port = deps.settings.into.port ?? (await deps.freePort());
    const into: RestoreTarget = { dir, binDir, port, settings, runAs };
    const undo = targetUndo(dir);
    const entry = push(course, RESTORE_TARGET_DRIVER, undo, `restored server in ${dir}`);
    course.target = { entry, undo };
    course.startedAt = context.clock.now();
    makeTarget(undo, runAs);
    await mustEnter(into, context);
    const at = momentOf(course);
    const point: RestorePoint =
      at !== undefined ? { to: 'time', at } : { to: deps.driver.archiveAll === undefined ? 'own' : 'newest' };
    const compare = async (url: string): Promise<void> => {
      if (copy.content === null) {
        const detail = 'nothing was written down of the content when this backup was made';
        note(course, { name: 'content', outcome: 'not-run', detail });
        return;
      }
      const { checks, content } = compareContent(copy.content, await contentAt(url, context));
      course.content = content;
      note(course, ...checks);
    };
    const server = await deps.driver.restore(copy, into, point, compare, context);
    course.answeredAt = context.clock.now();
    note(course, ...server.checks);
    course.restored = { url: server.url, instant: server.instant ?? copy.instant, into };
    course.replayed = server.replayed;
    return `a server with it answers on port ${port} after ${seconds(course.startedAt, course.answeredAt)}`;
  },
};

/** Whoever owns the server's files must be able to come to them. */
async function mustEnter({ dir, runAs }: RestoreTarget, context: DriverContext): Promise<void> {
  if (runAs === undefined) return;
  try {
    await run({ argv: ['test', '-w', dir, '-a', '-x', dir], cwd: '/', timeoutMs: 10_000, runAs }, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new RestoreRefused([
      `the user ${runAs.uid}, as whom the restored server runs, cannot enter ${dir}: name a directory in \`into.dir\` ` +
        `that every user can come to (${reasonOf(error)})`,
    ]);
  }
}

function seconds(from: number, to: number): string {
  return `${((to - from) / 1000).toFixed(1)} s`;
}
