/** How many columns of a terminal a text takes. Control characters must be gone already. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text cut to so many columns, with an ellipsis where something is missing. */
export function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const { segment } of graphemesOf(text)) {
    width += WIDE.test(segment) ? 2 : 1;
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns <= 0 ? '' : `${kept}…`;
}

/** The text filled up with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** Whole characters as people see them. Text that can only be ASCII needs no dictionary, which takes long to load. */
function* graphemesOf(text: string): Iterable<{ readonly segment: string }> {
  if (PRINTABLE_ASCII.test(text)) for (const segment of text) yield { segment };
  else yield* new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
}

const PRINTABLE_ASCII = /^[ -~]*$/;

// East Asian wide and full-width scripts, and characters that are shown as pictures unless told otherwise.
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\u{fe0f}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
