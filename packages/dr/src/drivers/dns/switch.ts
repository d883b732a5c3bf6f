import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { mustBeKnown } from '../known-regions.ts';
import { answersAmong, askServer, askServers, mustBeNamed, reasons, silentAmong } from './ask.ts';
import type { DnsRouteConfig } from './config.ts';
import { NoAnswer } from './exchange.ts';
import type { Answer } from './lookup.ts';
import { canonical } from './message.ts';
import { update } from './update.ts';

const pauseMs = 50;
/** One that is only started anew comes back with the old record, and is waited for. */
const QUIET_MS = 2000;
/** Where the record is missing and the route states none. */
const usualTtl = 60;

/** The server that takes the updates; undefined where a command hands them to somebody else. */
export function updatedServer({ update: how, servers }: DnsRouteConfig): string | undefined {
  return how.kind === 'rfc2136' ? servers[0] : undefined;
}

/** What the record holds when it leads to these regions. Throws when it cannot. */
export function addressesOf(config: DnsRouteConfig, regions: readonly string[]): readonly string[] {
  mustBeKnown(Object.keys(config.regions), regions);
  if (config.type === 'CNAME' && regions.length > 1) {
    throw new Error(`${config.name} is a CNAME, which leads to one region: found ${regions.join(', ')}`);
  }
  return regions
    .flatMap((region) => config.regions[region] ?? [])
    .map((one) => canonical(config.type, one))
    .toSorted();
}

/**
 * Changes the record where it does not lead there yet, and waits until every server that answers shows it. A server
 * that is lost with its region leads nobody to that any more: it is named, and does not hold up the switch.
 */
export async function switchTo(
  config: DnsRouteConfig,
  regions: readonly string[],
  context: DriverContext,
): Promise<void> {
  const addresses = addressesOf(config, regions);
  const found = await askBefore(config, context);
  const [before = { addresses: [], ttl: null }] = found;
  const ttl = config.ttl ?? before.ttl ?? usualTtl;
  const isShown = (answer: Answer): boolean =>
    answer.addresses.join() === addresses.join() && (config.ttl === undefined || answer.ttl === ttl);
  if (!found.every(isShown)) await update(config, before, { regions, addresses, ttl }, context);
  const deadline = context.clock.now() + config.shownWithinSeconds * 1000;
  const last = await Promise.all(
    config.servers.map((server) => untilShown(config, server, { isShown, deadline }, context)),
  );
  const silent = silentAmong(last);
  const updated = updatedServer(config);
  const late = config.servers.filter((server, place) => {
    const seen = last[place];
    return seen instanceof NoAnswer ? server === updated : seen !== 'shown';
  });
  if (late.length > 0 || silent.length === last.length) {
    const who = late.length > 0 ? `${late.join(', ')} does not show it` : 'no name server shows it';
    const why = reasons(last.filter((one) => one instanceof Error));
    throw new Error(
      `${config.name} was changed, but ${who} after ${config.shownWithinSeconds} s${why && ` (${why})`}: check the ` +
        'transfer of the zone',
    );
  }
  if (silent.length === 0) return;
  context.say(
    `${config.name} leads to ${regions.join(', ')} by every name server that answers, but ${reasons(silent)}. ` +
      'One that comes back may lead elsewhere until it has the zone as it is now',
  );
}

/**
 * What the record is before an update: of the server that takes it, since a lost one must keep nobody from leading
 * traffic away. Where a command is told, any that answers stands for the zone.
 */
async function askBefore(config: DnsRouteConfig, context: DriverContext): Promise<readonly Answer[]> {
  const server = updatedServer(config);
  if (server === undefined) return answersAmong(await askServers(config, context));
  const answer = await askServer(config, server, context);
  if (answer instanceof NoAnswer) throw answer;
  mustBeNamed(config, [answer]);
  return [answer];
}

interface Awaited {
  readonly isShown: (answer: Answer) => boolean;
  readonly deadline: number;
}

/** Asks a server until it shows the change, or is silent for good. What it said last is why it does not show it. */
async function untilShown(
  config: DnsRouteConfig,
  server: string,
  { isShown, deadline }: Awaited,
  context: DriverContext,
): Promise<'shown' | Answer | Error> {
  const { clock, signal } = context;
  let answeredAt = clock.now();
  for (;;) {
    let last: Answer | Error;
    try {
      last = await askServer(config, server, context);
    } catch (error) {
      signal.throwIfAborted();
      last = error instanceof Error ? error : new Error(reasonOf(error));
    }
    const now = clock.now();
    if (!(last instanceof Error) && isShown(last)) return 'shown';
    if (!(last instanceof NoAnswer)) answeredAt = now;
    const isSilent = now - answeredAt >= QUIET_MS && server !== updatedServer(config);
    if (isSilent || now > deadline) return last;
    await clock.sleep(pauseMs, signal);
  }
}
