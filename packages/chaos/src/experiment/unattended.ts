import type { Ending } from '@ordeal/shared/drivers/fault';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { ExperimentFault } from './deps.ts';

/** What ends a fault when the runner's whole machine is gone. */
export function endingOf({ driver, config }: Pick<ExperimentFault, 'driver' | 'config'>): Ending {
  return (
    driver.unattended?.(config) ?? {
      by: 'nobody',
      remedy: `the driver "${driver.kind}" knows no timer at its target; use a driver that has one`,
    }
  );
}

/**
 * Why a fault may not be injected into a platform, since nobody would end it if this machine died; undefined when
 * it may. Outside of production the guardian and `ordeal recover` are enough.
 */
export function refusedUnattended(
  environment: Platform['environment'],
  fault: Pick<ExperimentFault, 'driver' | 'config' | 'entry'>,
): string | undefined {
  if (environment !== 'production') return undefined;
  const ending = endingOf(fault);
  return ending.by === 'nobody'
    ? `"${fault.entry.title}" is refused in production: nobody would end it if this machine died. ${sentence(ending.remedy)}`
    : undefined;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith('.') ? first : `${first}.`;
}
