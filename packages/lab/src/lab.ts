import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';
import type { LabSite } from '@ordeal/shared/platform/site';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Tools } from '@ordeal/shared/toolchain/find';
import type { OptionalComponentName } from '@ordeal/shared/toolchain/optional-components';
import type { Clock } from '@ordeal/shared/time/clock';
import { contractOf } from './api/contracts/contracts.ts';
import { SiteControl } from './control/site-control.ts';
import { inLab, labDir, requireOwn, requireShort, siteNames, type SiteName } from './layout/paths.ts';
import { removeLab } from './leftovers/remove.ts';
import { parseSabotages } from './sabotage.ts';
import { livingSites, readSite } from './read-site.ts';
import { bringUp } from './startup/bring-up.ts';
import type { SupervisorConfig, Unit } from './supervisor/config.ts';

export interface LabUpOptions {
  readonly name: string;
  /** Whose contract it serves. */
  readonly platform: string;
  /** Paths of the programs, with PostgreSQL's as `postgres`. */
  readonly tools: Tools & { readonly node: string };
  readonly sabotage: readonly string[];
  readonly clock: Clock;
  /** Ends bringing up: what was started is taken down. */
  readonly signal?: AbortSignal;
  readonly say: (message: string) => void;
}

export interface LabDownOptions {
  readonly name: string;
  readonly clock: Clock;
}

export interface LabStatus {
  readonly name: string;
  readonly dir: string;
  /** `degraded`: parts of it are gone, by a drill or a crash. `down`: nothing of it is there. */
  readonly state: 'up' | 'degraded' | 'down';
  readonly site?: LabSite;
  readonly units: readonly {
    readonly unit: string;
    readonly state: 'running' | 'stopped' | 'degraded';
    readonly ready: boolean;
    readonly pid?: number;
  }[];
}

/** What was asked for is right, and a component did not come up. */
export class LabNotUp extends Error {}

/**
 * What the lab of this platform needs besides what every lab does: `tools` has to have it. Throws an error that names
 * the platforms that the lab serves, where this is none of them.
 */
export function labNeeds(platform: string): readonly OptionalComponentName[] {
  const { bucket, name } = contractOf(platform);
  return [
    ...(bucket === undefined ? [] : (['versitygw'] as const)),
    ...(name === undefined ? [] : (['named'] as const)),
  ];
}

/**
 * Brings a lab up, and resolves when every unit is ready and the load balancer uses every replica. (Prometheus
 * answers then, but begins to scrape only five seconds after its start.) Leftovers of an earlier lab of that name are removed first. Rejects when one is up, or
 * with `LabNotUp` when a component does not come up (the message names it, with the end of its log): then everything is
 * taken down again.
 */
export async function labUp(options: LabUpOptions): Promise<LabSite> {
  const contract = contractOf(options.platform);
  const sabotage = parseSabotages(options.sabotage, contract);
  const dir = labDir(options.name);
  requireShort(dir);
  const { clock, signal, say } = options;
  const begun = clock.now();
  for (let attempt = 1; ; attempt++) {
    await claim(options.name, dir, clock);
    try {
      const site = await bringUp({ ...options, dir, sabotage, contract });
      say(`Lab ${options.name} is up after ${((clock.now() - begun) / 1000).toFixed(1)} s: ${site.entry}`);
      return site;
    } catch (error) {
      await removeLab(dir, clock);
      signal?.throwIfAborted();
      // Between choosing a port and listening on it, another program may take it. Twice is no coincidence.
      if (attempt === 1 && isPortTaken(error)) {
        say('A port was taken by another program meanwhile: once more with others');
        continue;
      }
      throw new LabNotUp(
        `The lab ${options.name} did not come up, and was taken down again. ${reasonOf(error)}`,
        { cause: error },
      );
    }
  }
}

/** Ends every process of the lab, also of one that crashed, and removes its directory. */
export async function labDown({ name, clock }: LabDownOptions): Promise<{ readonly stopped: number }> {
  const dir = labDir(name);
  requireOwn(dir);
  return { stopped: await removeLab(dir, clock) };
}

/** State of every unit. Never rejects because a part of the lab is gone. */
export async function labStatus({ name, clock }: LabDownOptions): Promise<LabStatus> {
  const dir = labDir(name);
  const site = readSite(name);
  if (!existsSync(inLab.config(dir, 'edge'))) return { name, dir, state: 'down', units: [] };
  requireOwn(dir);
  const control = new SiteControl(dir, clock);
  const known = siteNames.flatMap((one) => unitsOf(dir, one));
  const seen = await Promise.all(
    known.map(async ({ name: unit, spare = false }) => {
      const { state, ready, processes } = await control.status(unit);
      if (spare && state === 'stopped') return [];
      return [{ unit, state, ready, ...(processes[0] && { pid: processes[0].pid }) }];
    }),
  );
  const units = seen.flat();
  const all = site !== undefined && units.every(({ state, ready }) => state === 'running' && ready);
  const none = units.every(({ pid: one }) => one === undefined);
  return { name, dir, state: all ? 'up' : none ? 'down' : 'degraded', ...(site && { site }), units };
}

/** Takes possession of the lab's directory, which is empty after it. */
async function claim(name: string, dir: string, clock: Clock): Promise<void> {
  requireOwn(dir);
  const living = livingSites(dir);
  if (existsSync(inLab.site(dir)) && living.includes('edge') && living.length > 1) {
    const lost = siteNames.filter((site) => !living.includes(site));
    throw new Error(
      `A lab named "${name}" is up already${lost.length > 0 ? ` (region ${lost.join(', ')} is lost)` : ''}. ` +
        `Take it down first (ordeal lab down), or choose another name.`,
    );
  }
  const owner = existsSync(inLab.owner(dir)) ? readFileSync(inLab.owner(dir), 'utf8') : '';
  if (!existsSync(inLab.site(dir)) && owner !== '' && isAlive(owner)) {
    throw new Error(`A lab named "${name}" is being brought up by process ${pidOf(owner)} right now.`);
  }
  await removeLab(dir, clock);
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(inLab.owner(dir), processIdentity(pid)!, { flag: 'wx' });
}

function unitsOf(dir: string, site: SiteName): readonly Unit[] {
  return (JSON.parse(readFileSync(inLab.config(dir, site), 'utf8')) as SupervisorConfig).units;
}

function isPortTaken(error: unknown): boolean {
  return /address already in use|EADDRINUSE|cannot bind|could not bind/i.test(reasonOf(error));
}
