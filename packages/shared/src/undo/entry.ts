/**
 * What has to be undone, as data: another process must be able to do it from this alone.
 * It is on disk, and synced, before the fault is injected.
 */
export interface UndoEntry {
  readonly id: string;
  /** Order of writing within the run; unwinding goes from the highest to the lowest. */
  readonly sequence: number;
  /** The fault driver's kind that heals it. */
  readonly driver: string;
  readonly config: unknown;
  readonly describe: string;
  /** ISO time after which it is healed even if the run still lives. */
  readonly deadline: string;
  readonly createdAt: string;
  /**
   * Whether healing could make the old primary writable again. Such an entry is never healed once a
   * promotion was requested.
   */
  readonly revives: 'nothing' | 'old-primary';
  /** How long healing it may take, where that is longer than healers usually have. */
  readonly healSeconds?: number;
}

/**
 * A drill's point of no return, on disk before the promotion is requested. While it is unresolved the old
 * primary stays fenced, whatever dies.
 */
export interface PromotionMark {
  readonly drill: string;
  readonly store: string;
  readonly requestedAt: string;
  /** The only node that may accept writes. With an `heir` it may be either of the two, and never both. */
  readonly writer: string;
  /**
   * The writer is handing over to this node. Some stores promote it in the same breath, so that it may be the writer
   * already although nobody has lived to note it.
   */
  readonly heir?: string;
  readonly fenced: readonly string[];
  /** What a person has to do next if the run ends here. Rewritten as the drill goes on. */
  readonly nextStep: string;
  /**
   * A planned move that set out from a sound platform: as long as `writer` writes, the others follow it, and the route
   * leads as usual, it has not happened.
   */
  readonly unmoved?: { readonly route: string };
  /** The drill ends with this writer: once the others follow it, and the route leads as usual, nothing is left to do. */
  readonly final?: { readonly route: string };
}
