import type { Rules } from './rules.ts';

/** A table of its own for `nft -f`, which takes it in as a whole or not at all. */
export function nftablesRules({ name, percent, ipv4, ipv6, ports, directions }: Rules): string {
  const chance = percent === 100 ? '' : `numgen random mod 100 < ${percent} `;
  const chains = directions.map((direction) => {
    const [hook, peer, port] =
      direction === 'in' ? ['input', 'saddr', 'sport'] : ['output', 'daddr', 'dport'];
    const which = ports.length === 0 ? '' : `meta l4proto { tcp, udp } th ${port} { ${ports.join(', ')} } `;
    const families = [
      ['ip', ipv4],
      ['ip6', ipv6],
    ] as const;
    const lines = families
      .filter(([, peers]) => peers.length > 0)
      .map(([family, peers]) => `${family} ${peer} { ${peers.join(', ')} } ${which}${chance}counter drop`);
    return `chain ${direction} { type filter hook ${hook} priority -300; policy accept;\n${lines.join('\n')}\n}`;
  });
  return `table inet ${name} {\n${chains.join('\n')}\n}`;
}
