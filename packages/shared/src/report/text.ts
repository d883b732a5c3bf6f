/**
 * Makes foreign text safe to show: control characters (which XML forbids and terminals obey), lone surrogates
 * and the invisible marks that reorder a line become U+FFFD, so that a reader sees that something was there.
 * Line feeds and tabs stay.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(HIDDEN, '\u{fffd}');
}

/** The same on one line: any run of white space becomes one space. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/gu, ' ').trim();
}

/** Cuts at `most` characters and shows that something is missing. */
export function clip(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join('')}…`;
}

// C0 without tab, line feed and carriage return; DEL and C1; bidirectional marks; not-a-character.
const HIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;
