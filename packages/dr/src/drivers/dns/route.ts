import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { reasonOf } from '@ordeal/shared/reason-of';
import { askHttp } from '../http.ts';
import type { RouteCaching } from '../route-caching.ts';
import type { RegionHealth, RouteHealth } from '../route-health.ts';
import type { DnsRouteConfig } from './config.ts';
import { lookUp, type Answer } from './lookup.ts';
import { canonical } from './message.ts';
import { update } from './update.ts';

const pauseMs = 50;
/** Where the record is missing and the route states none. */
const usualTtl = 60;

/**
 * A name whose record leads clients to regions. A switch is done once every authoritative server shows it; clients
 * that were told before go on to the old region until their answer's time is over, and often longer.
 */
export function createDnsRoute(config: DnsRouteConfig): RouteDriver & RouteHealth & RouteCaching {
  return {
    kind: 'dns',
    status: async (context) => await statusOf(config, context),
    health: async (context) => await healthOf(config, context),
    switch: async (regions, context) => await switchTo(config, regions, context),
    keptForSeconds: async (context) => {
      const answers = await askServers(config, context);
      return Math.max(0, ...answers.map((one) => one.ttl ?? 0));
    },
  };
}

async function askServers(config: DnsRouteConfig, context: DriverContext): Promise<readonly Answer[]> {
  context.signal.throwIfAborted();
  const answers = await Promise.all(
    config.servers.map((server) => lookUp(config, server, 'the zone', context)),
  );
  const known = Object.values(config.regions)
    .flat()
    .map((one) => canonical(config.type, one));
  const strange = [...new Set(answers.flatMap((one) => one.addresses))].filter((one) => !known.includes(one));
  if (strange.length > 0) {
    throw new Error(
      `${config.name} leads to ${strange.join(', ')}, which is in no region of the route: name it with its region`,
    );
  }
  return answers;
}

/** A region that the zone leads to no more is draining as long as a server or a resolver still does. */
async function statusOf(config: DnsRouteConfig, context: DriverContext): Promise<RouteStatus> {
  const [answers, cached] = await Promise.all([
    askServers(config, context),
    Promise.all(
      config.resolvers.map(async (server) => {
        try {
          return await lookUp(config, server, 'a resolver', context);
        } catch (error) {
          context.signal.throwIfAborted();
          return reasonOf(error);
        }
      }),
    ),
  ]);
  const has = (answer: Answer | string | undefined, region: string): boolean =>
    typeof answer === 'object' &&
    (config.regions[region] ?? []).some((one) => answer.addresses.includes(canonical(config.type, one)));
  const state = (region: string): 'active' | 'draining' | 'out' => {
    if (has(answers[0], region)) return 'active';
    return [...answers, ...cached].some((answer) => has(answer, region)) ? 'draining' : 'out';
  };
  const text = (answer: Answer | string | undefined): string =>
    typeof answer === 'object'
      ? `${answer.addresses.join(', ') || 'no record'}${answer.ttl === null ? '' : `, for ${answer.ttl} s`}`
      : (answer ?? '');
  return {
    regions: Object.fromEntries(Object.keys(config.regions).map((region) => [region, state(region)])),
    detail: Object.fromEntries([
      ...config.servers.map((server, index) => [server, text(answers[index])]),
      ...config.resolvers.map((server, index) => [`resolver ${server}`, text(cached[index])]),
    ]),
  };
}

async function switchTo(
  config: DnsRouteConfig,
  regions: readonly string[],
  context: DriverContext,
): Promise<void> {
  const known = Object.keys(config.regions);
  const unknown = regions.filter((region) => !known.includes(region));
  if (regions.length === 0 || unknown.length > 0) {
    throw new Error(
      `expected regions of the route (${known.join(', ')}) to switch to, found ${unknown.join(', ') || 'none'}`,
    );
  }
  if (config.type === 'CNAME' && regions.length > 1) {
    throw new Error(`${config.name} is a CNAME, which leads to one region: found ${regions.join(', ')}`);
  }
  const addresses = regions
    .flatMap((region) => config.regions[region] ?? [])
    .map((one) => canonical(config.type, one))
    .toSorted();
  const [before] = await askServers(config, context);
  if (before === undefined) throw new Error('the route has no authoritative server');
  const ttl = config.ttl ?? before.ttl ?? usualTtl;
  const isShown = (answer: Answer): boolean =>
    answer.addresses.join() === addresses.join() && (config.ttl === undefined || answer.ttl === ttl);
  if (!isShown(before)) await update(config, before, { regions, addresses, ttl }, context);
  const deadline = context.clock.now() + config.shownWithinSeconds * 1000;
  for (;;) {
    const answers = await askServers(config, context);
    const late = config.servers.filter(
      (_, index) => !isShown(answers[index] ?? { addresses: [], ttl: null }),
    );
    if (late.length === 0) return;
    if (context.clock.now() > deadline) {
      throw new Error(
        `${config.name} was changed, but ${late.join(', ')} does not show it after ${config.shownWithinSeconds} s: ` +
          'check the transfer of the zone',
      );
    }
    await context.clock.sleep(pauseMs, context.signal);
  }
}

async function healthOf(config: DnsRouteConfig, context: DriverContext): Promise<RegionHealth> {
  const { health } = config;
  if (health === undefined) {
    throw new Error(
      `DNS does not know whether a region is well: give the route of ${config.name} a health with the address of a page`,
    );
  }
  const up = async (address: string): Promise<boolean> => {
    const url = health.url.replaceAll('{{address}}', address.includes(':') ? `[${address}]` : address);
    try {
      const { status } = await askHttp(
        { method: 'GET', url, timeoutMs: health.timeoutSeconds * 1000 },
        context,
      );
      return status < 400;
    } catch {
      context.signal.throwIfAborted();
      return false;
    }
  };
  const entries = Object.entries(config.regions).map(async ([region, addresses]) => {
    const good = await Promise.all(addresses.map(up));
    return [region, { up: good.filter(Boolean).length, total: addresses.length }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
