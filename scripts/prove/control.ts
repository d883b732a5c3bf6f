/** A planted defect, or a healthy run beside it, and whether it came out as it must. */
export interface Control {
  readonly what: string;
  /** What showed it: a command, or tests. */
  readonly shownBy: string;
  /** The defect was found and named; of a healthy run: nothing was found. */
  readonly held: boolean;
  /** What was said, in a line. */
  readonly said: string;
}
