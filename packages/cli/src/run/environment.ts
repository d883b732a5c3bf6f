import { arch, cpus, platform, release, totalmem } from 'node:os';
import { reasonOf } from '@ordeal/shared/reason-of';
import { locateAll } from '@ordeal/shared/toolchain/find';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { toolCache, type Edge } from '../edge.ts';
import { ownVersions } from '../suite-version.ts';
import { onlyAsks } from './only-asks.ts';
import type { Session } from './session.ts';

/** Versions of everything that took part, for the record. */
export async function versionsOf(edge: Edge, scenario: Scenario): Promise<Record<string, string>> {
  const own = ownVersions(edge);
  if (onlyAsks(scenario)) return own;
  // Starting programs takes long to load.
  const { versionOf } = await import('@ordeal/shared/toolchain/version');
  const located = locateAll({ env: edge.env, cacheDir: toolCache(edge) });
  const found = await Promise.all(
    located.map(
      async (one) =>
        [one.component.name, one.found ? ((await versionOf(one)) ?? 'unknown') : 'absent'] as const,
    ),
  );
  return { ...own, ...Object.fromEntries(found) };
}

/** Settings that decide what the figures mean: machine, pace, the stores' durability. */
export async function settingsOf(session: Session): Promise<Record<string, string>> {
  const { byName } = session.loaded.platform;
  // To look at them takes longer than the rest.
  const processors = cpus();
  const settings: Record<string, string> = {
    machine: `${platform()} ${release()} ${arch()}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    pace: session.pace,
    entry: session.loaded.platform.entry,
    ...(byName === undefined
      ? {}
      : { 'entry by name': `${byName.entry}, asked of ${byName.servers.join(', ')}` }),
    prometheus: withoutSecrets(session.loaded.platform.prometheus.url),
  };
  // The smoke gate writes nothing of which durability would decide what it means.
  const stores = onlyAsks(session.scenario) ? [] : Object.keys(session.loaded.platform.stores);
  for (const name of stores) {
    try {
      const status = await session.loaded.drivers.store(name).driver.status({
        clock: session.context.clock,
        signal: AbortSignal.timeout(5000),
        say: () => {},
      });
      for (const [key, value] of Object.entries(status.settings)) settings[`${name}.${key}`] = value;
    } catch (error) {
      settings[`${name}`] = `not readable: ${reasonOf(error)}`;
    }
  }
  return settings;
}

function withoutSecrets(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
