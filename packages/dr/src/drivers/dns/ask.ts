import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { DnsRouteConfig } from './config.ts';
import { NoAnswer } from './exchange.ts';
import { lookUp, type Answer } from './lookup.ts';
import { canonical } from './message.ts';

/** A datagram may get lost, so nobody is silent who was asked once. */
const TRIES = 2;

/** What one server of the zone answers, or that it does not. Rejects when what it answers is not the zone's word. */
export async function askServer(
  config: DnsRouteConfig,
  server: string,
  context: DriverContext,
): Promise<Answer | NoAnswer> {
  for (let tries = 1; ; tries += 1) {
    context.signal.throwIfAborted();
    try {
      return await lookUp(config, server, 'the zone', context);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (tries === TRIES) return error;
    }
  }
}

/** What each of the zone's servers answers, in their order. Rejects when none does. */
export async function askServers(
  config: DnsRouteConfig,
  context: DriverContext,
): Promise<readonly (Answer | NoAnswer)[]> {
  const found = await Promise.all(config.servers.map((server) => askServer(config, server, context)));
  const answers = answersAmong(found);
  if (answers.length === 0) {
    throw new Error(`no name server of ${config.zone} answers: ${reasons(silentAmong(found))}`);
  }
  mustBeNamed(config, answers);
  return found;
}

export function answersAmong(found: readonly (Answer | NoAnswer)[]): readonly Answer[] {
  return found.filter((one): one is Answer => !(one instanceof NoAnswer));
}

export function silentAmong(found: readonly unknown[]): readonly NoAnswer[] {
  return found.filter((one) => one instanceof NoAnswer);
}

export function reasons(errors: readonly Error[]): string {
  return errors.map(({ message }) => message).join('; ');
}

/** A switch would delete what no region has named. */
export function mustBeNamed(config: DnsRouteConfig, answers: readonly Answer[]): void {
  const known = Object.values(config.regions)
    .flat()
    .map((one) => canonical(config.type, one));
  const strange = [...new Set(answers.flatMap((one) => one.addresses))].filter((one) => !known.includes(one));
  if (strange.length === 0) return;
  throw new Error(
    `${config.name} leads to ${strange.join(', ')}, which is in no region of the route: name it with its region`,
  );
}
