/** Backslashes that may stand before a sign: JSON within JSON doubles them. */
const MOST_BACKSLASHES = 8;
/** An address within an address escapes its per cent signs again. */
const MOST_NESTING = 3;
const ENTITY = /&(?:amp;){0,2}(?:#0*(\d{1,7})|#[xX]0*([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/y;
const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * Where a word ends that begins at a place of a text, however each of its signs is written there: as it is, escaped
 * for JSON, for an address or a form, or for HTML, and some so and others not. Undefined when it does not begin
 * there. A text that ends within the word, after `enough` signs of it, holds the word.
 */
export function endOfWord(text: string, from: number, word: string, enough: number): number | undefined {
  let places: readonly number[] = [from];
  let signs = 0;
  for (const sign of word) {
    if (signs >= enough && places.some((place) => isCutOff(text, place))) return text.length;
    places = [...new Set(places.flatMap((place) => endsOfSign(text, place, sign)))];
    if (places.length === 0) return undefined;
    signs += 1;
  }
  return Math.max(...places);
}

/** Whether the text ends here, be it within what is written for one sign. */
function isCutOff(text: string, place: number): boolean {
  const rest = text.slice(place, place + 16);
  return (
    place + rest.length === text.length && /^(?:\\+(?:u[\da-fA-F]{0,3})?|%[\da-fA-F]*|&[#\w;]*)?$/.test(rest)
  );
}

function endsOfSign(text: string, at: number, sign: string): readonly number[] {
  switch (text[at]) {
    case sign:
      return [at + 1, ...escaped(text, at, sign)];
    case '+':
      return sign === ' ' ? [at + 1] : [];
    default:
      return text.startsWith(sign, at) ? [at + sign.length] : escaped(text, at, sign);
  }
}

function escaped(text: string, at: number, sign: string): readonly number[] {
  switch (text[at]) {
    case '\\':
      return afterBackslashes(text, at, sign);
    case '%':
      return afterPercent(text, at, sign);
    case '&':
      return afterEntity(text, at, sign);
    default:
      return [];
  }
}

function afterBackslashes(text: string, at: number, sign: string): readonly number[] {
  const ends: number[] = [];
  const code = `u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  for (let count = 1; count <= MOST_BACKSLASHES && text[at + count - 1] === '\\'; count += 1) {
    const place = at + count;
    if (text.startsWith(sign, place)) ends.push(place + sign.length);
    if (text.slice(place, place + code.length).toLowerCase() === code) ends.push(place + code.length);
  }
  return ends;
}

function afterPercent(text: string, at: number, sign: string): readonly number[] {
  let places: readonly number[] = [at];
  for (const byte of Buffer.from(sign)) places = places.flatMap((place) => afterByte(text, place, byte));
  return places;
}

function afterByte(text: string, at: number, byte: number): readonly number[] {
  if (text[at] !== '%') return [];
  const hex = byte.toString(16).padStart(2, '0');
  const ends: number[] = [];
  let place = at + 1;
  for (let depth = 0; depth <= MOST_NESTING; depth += 1) {
    if (text.slice(place, place + 2).toLowerCase() === hex) ends.push(place + 2);
    if (!text.startsWith('25', place)) break;
    place += 2;
  }
  return ends;
}

function afterEntity(text: string, at: number, sign: string): readonly number[] {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (match === null) return [];
  const [whole, decimal, hex, name = ''] = match;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const meant = Number.isNaN(code) ? NAMED.get(name) : code <= 0x10ffff ? String.fromCodePoint(code) : '';
  return meant === sign ? [at + whole.length] : [];
}
