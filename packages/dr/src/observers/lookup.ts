import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { NameKeeping } from '@ordeal/shared/platform/probe-spec';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';

interface Kept {
  readonly addresses: readonly { readonly address: string; readonly ttl: number }[];
  /** Monotonic ms. */
  readonly asked: number;
}

/** How connections to the entry find it; undefined where the system is asked. */
export function lookupOf(
  nameServers: NamedEntry['servers'] | undefined,
  keeping: NameKeeping | undefined,
  clock: Clock,
): LookupFunction | undefined {
  return nameServers === undefined ? undefined : lookupThrough(nameServers, keeping ?? 'for its TTL', clock);
}

/**
 * Where names lead, by these name servers (`host:port`) alone and IPv4 alone. The time that an answer may be kept
 * counts from the question: it can only be shorter than the server meant.
 */
export function lookupThrough(
  servers: readonly string[],
  keeping: NameKeeping,
  clock: Clock,
): LookupFunction {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([...servers]);
  const kept = new Map<string, Promise<Kept>>();

  const ask = async (name: string): Promise<Kept> => {
    const asked = clock.now();
    try {
      return { asked, addresses: await resolver.resolve4(name, { ttl: true }) };
    } catch (error) {
      // Whatever a name server did: its own refusal of a connection, for one, is none of the platform's.
      const problem = new Error(`${servers.join(', ')} did not say where ${name} leads: ${reasonOf(error)}`);
      throw Object.assign(problem, { code: 'ENOTFOUND', cause: error });
    }
  };
  const isGood = ({ asked, addresses }: Kept): boolean =>
    keeping === 'for ever' || clock.now() < asked + 1000 * Math.min(...addresses.map((one) => one.ttl));
  const find = async (name: string): Promise<Kept> => {
    if (keeping === 'not at all') return await ask(name);
    const before = kept.get(name);
    // A question that failed is not kept: the next one is asked anew.
    if (before !== undefined && (await before.then(isGood, () => false))) return await before;
    if (kept.get(name) === before) kept.set(name, ask(name));
    return await (kept.get(name) ?? ask(name));
  };
  const findThen = callbackify(find);
  return (name, options, callback) =>
    findThen(name, (error, found) => {
      if (error !== null && error !== undefined) return callback(error, []);
      const all = found.addresses.map(({ address }) => ({ address, family: 4 }));
      if (options.all === true) callback(null, all);
      else callback(null, all[0]?.address ?? '', 4);
    });
}
