import { reasonOf } from '@ordeal/shared/reason-of';
import { RestoreRefused } from '../course.ts';
import { targetRefusals } from '../refusals.ts';
import { words } from './parts.ts';
import type { RestoreStep } from './step.ts';

export const checkPlace: RestoreStep = {
  name: 'check place',
  plan: () =>
    'refuse unless the place is empty and nobody uses it, and unless it is known whose backup it must be',
  target: () => null,
  run: async (course, context) => {
    const { deps } = course;
    const pinned = deps.settings.source;
    let live: { readonly system: string; readonly database?: string } | undefined;
    let unanswered = 'it is not said where the source is';
    try {
      live = await deps.driver.identify(context);
    } catch (error) {
      context.signal.throwIfAborted();
      unanswered = reasonOf(error);
    }
    const source =
      live === undefined || deps.source === undefined
        ? undefined
        : { url: deps.source.url, system: live.system };
    const reasons = [...(await targetRefusals(deps.settings, source, context))];
    if (live === undefined && pinned.system === undefined) {
      reasons.push(
        `the source does not answer (${unanswered}) and the platform does not pin it, so nobody knows whose backup ` +
          'it must be: set `source.system`',
      );
    }
    if (live !== undefined && pinned.system !== undefined && live.system !== pinned.system) {
      reasons.push(
        `the source is the system ${live.system}, and the platform pins ${pinned.system}: this is not the platform ` +
          'that the file describes; correct its connection string, or `source.system`',
      );
    }
    if (reasons.length > 0) throw new RestoreRefused(reasons);
    course.expected = {
      ...(pinned.database === undefined ? {} : { database: pinned.database }),
      ...live,
      ...(pinned.system === undefined ? {} : { system: pinned.system }),
    };
    return `${deps.settings.into.dir} is free; it must be a backup of ${words(course.expected)}`;
  },
};
