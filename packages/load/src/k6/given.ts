/** What a script was given besides its specification. */
export interface Given {
  /** Rows of data sets, by journey and name. */
  readonly data: Readonly<Record<string, Readonly<Record<string, DataRows>>>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What an iteration takes of it. */
export interface IterationGiven extends Given {
  /** Says once that all rows of a data set were used and begin again. */
  readonly saySpent: (journey: string, name: string, rows: number) => void;
}

/** An array that all of k6's virtual users share. */
export interface DataRows {
  readonly length: number;
  readonly [index: number]: unknown;
}
