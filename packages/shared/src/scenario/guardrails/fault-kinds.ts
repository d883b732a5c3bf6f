import type { Platform } from '../../platform/platform.ts';
import type { DescribedFault } from '../described-fault.ts';

/** The driver that an entry of `guardrails.allowFaults` names: `driver`, or `driver:action`. */
export function allowedDriver(entry: string): string {
  return entry.split(':', 1)[0] ?? entry;
}

/** Why what a fault does is not allowed; undefined when it is. The driver itself was checked with the platform. */
export function refuseKind(
  platform: Platform,
  fault: string,
  { action }: DescribedFault,
): string | undefined {
  const driver = platform.faults[fault]?.driver ?? '';
  const { allowFaults } = platform.guardrails;
  const fits = allowFaults.filter((entry) => entry === driver || entry === `${driver}:${action ?? ''}`);
  if (fits.length > 0) return undefined;
  const done = action === null ? driver : `${driver}:${action}`;
  return `would inject ${fault}, which is ${done}; guardrails.allowFaults allows ${allowFaults.join(', ') || 'nothing'}`;
}
