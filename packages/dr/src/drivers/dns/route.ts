import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RouteDriver, RouteStatus } from '@ordeal/shared/drivers/route';
import { reasonOf } from '@ordeal/shared/reason-of';
import { askHttp } from '../http.ts';
import type { RouteCaching } from '../route-caching.ts';
import type { RegionHealth, RouteHealth } from '../route-health.ts';
import { whyThrown, type RouteReach } from '../route-reach.ts';
import type { SwitchProof } from '../switch-proof.ts';
import { answersAmong, askServer, askServers, reasons, silentAmong } from './ask.ts';
import type { DnsRouteConfig } from './config.ts';
import { NoAnswer } from './exchange.ts';
import { lookUp, type Answer } from './lookup.ts';
import { canonical } from './message.ts';
import { addressesOf, switchTo, updatedServer } from './switch.ts';

/** What each server of the zone answers; one at least does. */
type Ask = (context: DriverContext) => Promise<readonly (Answer | NoAnswer)[]>;

/**
 * A name whose record leads clients to regions. A switch is done once every authoritative server that answers shows
 * it; clients that were told before go on to the old region until their answer's time is over, and often longer.
 */
export function createDnsRoute(
  config: DnsRouteConfig,
): RouteDriver & RouteHealth & RouteCaching & RouteReach & SwitchProof {
  let told = '';
  /** A drill asks again and again until something is so: who is silent is said as often as that changes. */
  const ask: Ask = async (context) => {
    const found = await askServers(config, context);
    const silent = reasons(silentAmong(found));
    if (silent !== told && silent !== '')
      context.say(`what ${config.name} leads to was asked of the other name servers alone: ${silent}`);
    told = silent;
    return found;
  };
  return {
    kind: 'dns',
    status: async (context) => await statusOf(config, ask, context),
    health: async (context) => await healthOf(config, context),
    switch: async (regions, context) => await switchTo(config, regions, context),
    keptForSeconds: async (context) => {
      const answers = answersAmong(await ask(context));
      return Math.max(0, ...answers.map((one) => one.ttl ?? 0));
    },
    whyNever: (regions) => whyThrown(() => addressesOf(config, regions)),
    whyNoSwitch: async (lost, context) => await whyNoSwitch(config, lost, context),
  };
}

/** A region that the zone leads to no more is draining as long as a server or a resolver still does. */
async function statusOf(config: DnsRouteConfig, ask: Ask, context: DriverContext): Promise<RouteStatus> {
  const [found, cached] = await Promise.all([
    ask(context),
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
  const [first, ...others] = answersAmong(found);
  const has = (answer: Answer | string | undefined, region: string): boolean =>
    typeof answer === 'object' &&
    (config.regions[region] ?? []).some((one) => answer.addresses.includes(canonical(config.type, one)));
  const state = (region: string): 'active' | 'draining' | 'out' => {
    if (has(first, region)) return 'active';
    return [...others, ...cached].some((answer) => has(answer, region)) ? 'draining' : 'out';
  };
  return {
    regions: Object.fromEntries(Object.keys(config.regions).map((region) => [region, state(region)])),
    detail: Object.fromEntries([
      ...config.servers.map((server, index) => [server, inWords(found[index])]),
      ...config.resolvers.map((server, index) => [`resolver ${server}`, inWords(cached[index])]),
    ]),
  };
}

function inWords(answer: Answer | NoAnswer | string | undefined): string {
  if (typeof answer !== 'object') return answer ?? '';
  if (answer instanceof NoAnswer) return answer.message;
  return `${answer.addresses.join(', ') || 'no record'}${answer.ttl === null ? '' : `, for ${answer.ttl} s`}`;
}

/** Asked before a drill: the server that takes updates is of more use than all that only show them. */
async function whyNoSwitch(
  config: DnsRouteConfig,
  lost: string | undefined,
  context: DriverContext,
): Promise<readonly string[]> {
  const { zone, updatesIn } = config;
  if (lost !== undefined && lost === updatesIn) {
    return [
      `updates of ${zone} are taken in region ${lost}, which will be lost, so nobody could lead traffic away from it: ` +
        'take them elsewhere, or in a region besides that can take over from it',
    ];
  }
  const server = updatedServer(config);
  const answer = server === undefined ? undefined : await askServer(config, server, context);
  if (!(answer instanceof NoAnswer)) return [];
  return [
    `${answer.message}; it takes the updates of ${zone}, so no traffic could be led elsewhere: bring it up first`,
  ];
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
