/** Something on a cluster that carries our label, whoever has put it there. */
export interface Labelled {
  /** For people, and unlike any other one there. */
  readonly name: string;
  /** What it is like now. */
  readonly state: string;
  /** The run that it belongs to, as its label says. */
  readonly run: string | undefined;
  readonly end: LabelledEnd;
}

export type LabelledEnd =
  /** It can be taken away. Rejects, with the reason, when it is still there then. */
  | { readonly by: 'us'; readonly remove: (signal: AbortSignal) => Promise<void> }
  /** What it was like before is not known well enough for anybody but a person. `how` says what to do. */
  | { readonly by: 'hand'; readonly how: string };

/** What a look for labels has come to. */
export interface LabelledFound {
  readonly found: readonly Labelled[];
  /** What could not be looked at, with the reason: nothing is known of it. */
  readonly unseen: readonly string[];
}
