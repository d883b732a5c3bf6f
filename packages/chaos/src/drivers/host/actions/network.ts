import { BlockList, isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import { scripted, type HostFault } from '../script/host-fault.ts';
import { iptablesRules } from '../network/iptables.ts';
import { nftablesRules } from '../network/nftables.ts';
import { networkFunctions } from '../network/functions.ts';
import type { Rules } from '../network/rules.ts';
import { placed, timed } from './fields.ts';

const peer = z.string().refine(isPeer, {
  error: 'an address or a network, for instance 10.0.3.7 or 10.0.3.0/24',
  params: { hint: 'Names are not resolved: what they lead to may change while the fault is in.' },
});

export const networkSchema = z.strictObject({
  ...placed,
  ...timed,
  action: z.literal('network'),
  /** Which packets are dropped: all of them, or so many of a hundred at random. */
  effect: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('partition') }),
    z.strictObject({ kind: z.literal('loss'), percent: z.int().min(1).max(99) }),
  ]),
  /** Who is cut off from the host. */
  peers: z.array(peer).min(1),
  /** Only what goes to, or comes from, these TCP and UDP ports of the peers; without it everything. */
  ports: z.array(z.int().min(1).max(65_535)).min(1).max(15).optional(),
  /** As the host sees it. */
  direction: z.enum(['in', 'out', 'both']).default('both'),
  by: z.enum(['nftables', 'iptables', 'whichever-there-is']).default('whichever-there-is'),
});

export type NetworkConfig = z.infer<typeof networkSchema>;

const dropping = scripted<NetworkConfig>({
  describe: ({ effect, peers, ports, direction }) => {
    const what = effect.kind === 'partition' ? 'all packets' : `${effect.percent} % of the packets`;
    const way = { in: 'from', out: 'to', both: 'to and from' }[direction];
    const which = ports === undefined ? '' : `, port ${ports.join(', ')}`;
    return `${what} ${way} ${peers.join(', ')}${which} dropped`;
  },
  script: (config, token) => {
    const rules = rulesOf(config, token);
    return {
      variables: {
        by: config.by,
        peers: config.peers,
        table: rules.name,
        ruleset: nftablesRules(rules),
        ...iptablesRules(rules),
      },
      functions: networkFunctions,
    };
  },
  refusal: (config, said) => {
    const origin = said.find(({ word }) => word === 'origin')?.fields[0] ?? '';
    return cuts(config, origin)
      ? `${origin}, where this connection comes from, is among the peers that would be cut off: name the peers without it, or their ports`
      : undefined;
  },
});

/** Drops packets between the host and some peers, by rules of the fault's own. */
export const network: HostFault<NetworkConfig> = {
  ...dropping,
  // By other ports, or the other way, it is still reached, and may be what it was.
  loss: ({ effect, ports, direction }) =>
    effect.kind === 'partition' && ports === undefined && direction === 'both' ? 'partitioned' : undefined,
};

/** Whether the fault would cut the connection that it is injected and healed over, which comes from `address`. */
function cuts({ peers, ports }: NetworkConfig, address: string): boolean {
  // A client's own port is any: rules for the peers' ports do not reach its connection.
  if (ports !== undefined || isIP(address) === 0) return false;
  const list = new BlockList();
  for (const one of peers) {
    const [base = '', prefix] = one.split('/');
    const family = isIPv6(base) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function rulesOf(config: NetworkConfig, token: string): Rules {
  const { effect, peers, ports, direction } = config;
  return {
    name: `ordeal_${token}`,
    percent: effect.kind === 'partition' ? 100 : effect.percent,
    ipv4: peers.filter((one) => !one.includes(':')),
    ipv6: peers.filter((one) => one.includes(':')),
    ports: ports ?? [],
    directions: direction === 'both' ? ['in', 'out'] : [direction],
  };
}

function isPeer(text: string): boolean {
  const [base = '', prefix, ...more] = text.split('/');
  const family = isIP(base);
  if (family === 0 || base.includes('%') || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
