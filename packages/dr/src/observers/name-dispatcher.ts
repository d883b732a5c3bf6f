import type { NameKeeping } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { Agent } from 'undici';
import { lookupOf } from './lookup.ts';
import type { ProbeConfig } from './probe-protocol.ts';

/** Connects to where the platform's name servers lead; undefined where the system is asked. */
export function dispatcherOf(
  { nameServers, timeoutMs }: Pick<ProbeConfig, 'nameServers' | 'timeoutMs'>,
  keeping: NameKeeping | undefined,
  clock: Clock,
): Agent | undefined {
  const lookup = lookupOf(nameServers, keeping, clock);
  return lookup === undefined ? undefined : new Agent({ connect: { timeout: timeoutMs, lookup } });
}
