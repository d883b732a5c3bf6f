import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Tools } from '@ordeal/shared/toolchain/find';
import type { Clock } from '@ordeal/shared/time/clock';
import { SiteControl } from '../control/site-control.ts';
import type { Contract } from '../api/contracts/contract.ts';
import type { Blueprint } from '../layout/blueprint.ts';
import { inLab, regionNames, siteNames, type SiteName } from '../layout/paths.ts';
import { chooseLabPorts } from '../layout/ports.ts';
import { siteFor } from '../layout/site.ts';
import type { Sabotage } from '../sabotage.ts';
import { runFiles } from '../supervisor/run-files.ts';
import { spareNumbers, unitName } from '../units/api.ts';
import { dumpDatabase } from './backups.ts';
import { copyToStandby, createCluster, fillDatabase, prepareFailback } from './databases.ts';
import { writeLabFiles } from './files.ts';
import { allRouted } from './routed.ts';
import { unprivilegedIds } from './run-as.ts';

export interface BringUp {
  readonly name: string;
  /** Exists, and is empty. */
  readonly dir: string;
  readonly tools: Tools & { readonly node: string };
  readonly sabotage: readonly Sabotage[];
  readonly contract: Contract;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly say: (message: string) => void;
}

/**
 * Builds a lab in an empty directory and starts it. When it rejects, processes may be left.
 * Everything starts at once; only the databases have an order: a, its copy b, then replication.
 */
export async function bringUp(options: BringUp): Promise<LabSite> {
  const { clock, signal, say, dir } = options;
  const runAs = unprivilegedIds();
  const blueprint: Blueprint = {
    name: options.name,
    dir,
    tools: options.tools,
    sabotage: options.sabotage,
    contract: options.contract,
    ports: await chooseLabPorts(),
    password: randomBytes(18).toString('hex'),
    bucketKeys: {
      accessKeyId: randomBytes(10).toString('hex'),
      secretAccessKey: randomBytes(20).toString('hex'),
    },
    updateSecret: randomBytes(32).toString('base64'),
    ...(runAs && { runAs }),
  };
  writeLabFiles(blueprint);
  const control = new SiteControl(dir, clock);
  // The first failure ends all that is under way, and is the one to tell of: those that follow come from it.
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const step = async <Value>(title: string, act: () => Promise<Value>): Promise<Value> => {
    stop.throwIfAborted();
    say(title);
    const value = await act();
    stop.throwIfAborted();
    return value;
  };
  const together = async (...promises: readonly Promise<unknown>[]): Promise<void> => {
    const failed = (error: unknown) => failure.abort(error);
    await Promise.all(promises.map((promise) => promise.catch(failed)));
    stop.throwIfAborted();
  };

  const spares = regionNames.flatMap((region) => spareNumbers.map((number) => unitName(region, number)));
  for (const unit of ['a/postgres', 'b/postgres', ...spares]) runFiles(dir, unit).markStopped();
  const startAll = async (site: SiteName) => {
    await control.launch(site);
    await control.start(site);
  };
  const databases = async () => {
    await step('Making the database of region a', () => createCluster(blueprint, stop));
    await control.launch('a');
    await step('Starting a/postgres', () => control.start('a/postgres'));
    await step('Filling the database', () => fillDatabase(blueprint));
    await step('Copying it to region b', () => copyToStandby(blueprint, stop));
    await step('Starting b/postgres', () => control.start('b/postgres'));
    await prepareFailback(blueprint);
  };
  say('Starting all units');
  await together(...siteNames.map(startAll), databases());
  await step('Waiting for every unit', () => together(...siteNames.map((site) => control.start(site))));
  const site = siteFor(blueprint);
  await step('Waiting for the load balancer, and dumping the database', () =>
    together(allRouted(blueprint, site, clock, stop), dumpDatabase(blueprint, stop)),
  );
  writeFileSync(inLab.site(dir), JSON.stringify(site, null, 2), { mode: 0o600 });
  return site;
}
