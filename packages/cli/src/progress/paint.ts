/** Colours of a terminal. Every colour goes with a word or a sign, so that nothing is lost without them. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  doubt(text: string): string;
  fault(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** Without colour every text is left as it is. */
export function paintWith(colour: boolean): Paint {
  const code =
    (on: number, off: number) =>
    (text: string): string =>
      colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    good: code(32, 39),
    bad: code(31, 39),
    doubt: code(33, 39),
    fault: code(35, 39),
    dim: code(2, 22),
    strong: code(1, 22),
  };
}
