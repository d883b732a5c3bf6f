import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { LoadedPlatform } from '../load/load-platform.ts';
import type { LookRequest } from './look-request.ts';

/** How a platform's deployments stand, in sentences. */
export interface DeploymentsSeen {
  /** What a person has to look at: it is under way, or no single version serves, or that cannot be told. */
  readonly left: readonly string[];
  /** Which version serves, where exactly one does. Which one is meant to is not known without the run's undo entry. */
  readonly serves: readonly string[];
}

const LOOK_WITHIN_MS = 30_000;

/**
 * Asks each deployment of a platform how it stands, all at the same time. Never rejects, and goes back from nothing:
 * which version served before stands in the undo entry alone.
 */
export async function lookAtDeployments(
  { platform, drivers }: Pick<LoadedPlatform, 'platform' | 'drivers'>,
  { clock, signal }: Omit<LookRequest, 'runs'>,
): Promise<DeploymentsSeen> {
  const seen = await Promise.all(
    Object.keys(platform.deployments ?? {}).map(async (name): Promise<DeploymentsSeen> => {
      const { commands, create } = drivers.deployment(name);
      const { what, rollBack } = commands;
      const back = `bring it back by hand with: ${rollBack.argv.map(quoted).join(' ')}`;
      try {
        // On behalf of no run: `{{run}}` is empty.
        const { settled, versions, detail } = await within(
          clock,
          LOOK_WITHIN_MS,
          'The look at it',
          signal,
          (ending) => create('').status({ clock, signal: ending, say: () => {} }),
        );
        const shown =
          versions.length === 0 ? 'no version serves' : `${versions.join(' and ')} ${serve(versions)}`;
        if (settled && versions.length === 1) return { left: [], serves: [`${what}: ${versions.join()}`] };
        const state = [...(detail === '' ? [] : [detail]), shown].join('; ');
        const how = settled ? 'left half way' : 'a deployment is under way, or was left half way';
        return {
          left: [`${what} (${state}): ${how}; which version is meant to serve is not known here: ${back}`],
          serves: [],
        };
      } catch (error) {
        return {
          left: [
            `${what}: how it stands cannot be told (${reasonOf(error)}): mend that and look again, or ${back}`,
          ],
          serves: [],
        };
      }
    }),
  );
  return { left: seen.flatMap(({ left }) => left), serves: seen.flatMap(({ serves }) => serves) };
}

function serve({ length }: readonly string[]): string {
  return length === 1 ? 'serves' : 'serve';
}

function quoted(argument: string): string {
  return /^[\w./:=@%+,{}-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
