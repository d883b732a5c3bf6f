import type { Rules } from './rules.ts';

/**
 * Input for `iptables-restore --noflush`, one a family, which is taken in as a whole or not at all. A chain of the
 * fault's own for each direction, called from the very top.
 */
export function iptablesRules(rules: Rules): { readonly restore4: string; readonly restore6: string } {
  return { restore4: familyRules(rules, rules.ipv4), restore6: familyRules(rules, rules.ipv6) };
}

/** Names of chains end at 28 characters. */
export const CHAINS = { in: 'i', out: 'o' };

function familyRules({ name, percent, ports, directions }: Rules, peers: readonly string[]): string {
  if (peers.length === 0) return '';
  const chance =
    percent === 100 ? '' : `-m statistic --mode random --probability ${(percent / 100).toFixed(2)} `;
  const lines = directions.flatMap((direction) => {
    const [address, port] = direction === 'in' ? ['-s', '--sports'] : ['-d', '--dports'];
    const protocols =
      ports.length === 0
        ? ['']
        : ['tcp', 'udp'].map((one) => `-p ${one} -m multiport ${port} ${ports.join(',')} `);
    return peers.flatMap((peer) =>
      protocols.map((which) => `-A ${name}${CHAINS[direction]} ${address} ${peer} ${which}${chance}-j DROP`),
    );
  });
  const chains = directions.map((direction) => `:${name}${CHAINS[direction]} - [0:0]`);
  const calls = directions.map(
    (direction) => `-I ${direction === 'in' ? 'INPUT' : 'OUTPUT'} 1 -j ${name}${CHAINS[direction]}`,
  );
  return ['*filter', ...chains, ...lines, ...calls, 'COMMIT'].join('\n');
}
