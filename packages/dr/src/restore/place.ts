import type { DataSource } from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RestoreSettings } from './config.ts';
import type { RestoreDeps } from './course.ts';
import { targetRefusals } from './refusals.ts';

/** Whether a backup may be restored where it is meant to go, and whose it must be. Touches nothing. */
export async function lookAtPlace(
  deps: Pick<RestoreDeps, 'driver' | 'settings' | 'source'>,
  context: DriverContext,
): Promise<{
  /** Why not, each with what to do; empty when it may. */
  readonly reasons: readonly string[];
  readonly expected: Partial<DataSource>;
}> {
  const pinned = deps.settings.source;
  let live: DataSource | undefined;
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
  if (live !== undefined) reasons.push(...otherSource(live, pinned));
  return {
    reasons,
    expected: {
      ...live,
      ...(pinned.database === undefined ? {} : { database: pinned.database }),
      ...(pinned.system === undefined ? {} : { system: pinned.system }),
    },
  };
}

/** Why a live source is not the one that a platform pins, with what to do; empty when it is, or when none is pinned. */
export function otherSource(live: DataSource, pinned: RestoreSettings['source']): readonly string[] {
  const reasons: string[] = [];
  if (pinned.system !== undefined && live.system !== pinned.system) {
    reasons.push(
      `the source is the system ${live.system}, and the platform pins ${pinned.system}: this is not the platform ` +
        'that the file describes; correct its connection string, or `source.system`',
    );
  }
  if (live.database !== undefined && pinned.database !== undefined && live.database !== pinned.database) {
    reasons.push(
      `the source is the database ${live.database}, and the platform pins ${pinned.database}: this is not the ` +
        'database that the file describes; correct its connection string, or `source.database`',
    );
  }
  return reasons;
}
