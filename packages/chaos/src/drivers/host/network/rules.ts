/** Which packets are dropped, before it is said in the words of one tool. */
export interface Rules {
  /** Of the table or the chain: the fault's own, so that taking it out takes out nothing else. */
  readonly name: string;
  /** Of a hundred packets so many are dropped, at random; 100 is every one. */
  readonly percent: number;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** At the peer. None: whatever it is. */
  readonly ports: readonly number[];
  readonly directions: readonly ('in' | 'out')[];
}
