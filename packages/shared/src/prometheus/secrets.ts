import { endOfWord } from './written-forms.ts';

/** Blanks out secrets in what others wrote, however they write them. */
export interface Redactor {
  /** From now on these are secrets as well. */
  learn(secrets: readonly string[]): void;
  /** The text without any of them. Ask before the text is cut: of half a secret only the first half is recognised. */
  redact(text: string): string;
}

const HIDDEN = '[hidden]';
/** What is shorter would blank out ordinary words, and is hidden only where it stands alone. */
const DISTINCT = 4;
/** What of a secret's base64 does not depend on what was encoded before and after it, and is no ordinary word. */
const DISTINCT_BASE64 = 6;

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const words = new Set<string>();
  return {
    learn: (secrets) => {
      for (const secret of secrets) {
        const word = secret.trim().toWellFormed();
        if (word !== '') for (const one of [word, ...base64Of(word)]) words.add(lowered(one));
      }
    },
    redact: (text) => blank(text, words),
  };
}

/** Base64 of a secret within whatever else was encoded with it, in both alphabets. */
function base64Of(word: string): readonly string[] {
  const bytes = Buffer.from(word);
  return [0, 1, 2]
    .map((before) => {
      const all = Buffer.concat([Buffer.alloc(before), bytes]);
      // Six bits a sign: the first signs hold bits of what is before, the last one of what comes after.
      const whole = all.toString('base64').slice(0, Math.floor((all.length * 8) / 6));
      return whole.slice(Math.ceil((before * 8) / 6));
    })
    .filter(({ length }) => length >= DISTINCT_BASE64)
    .flatMap((base64) => [base64, base64.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Finds all of them before it blanks any: two may overlap. */
function blank(text: string, words: ReadonlySet<string>): string {
  const plain = lowered(text);
  const found = [...words].flatMap((word) => occurrences(plain, word));
  found.sort((left, right) => left.from - right.from);
  const parts: string[] = [];
  let done = 0;
  for (const { from, to } of found) {
    if (from >= done) parts.push(text.slice(done, from), HIDDEN);
    done = Math.max(done, to);
  }
  return [...parts, text.slice(done)].join('');
}

/** A host's name, for one, is written in small letters. Signs beyond ASCII could change their length. */
function lowered(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

interface Occurrence {
  readonly from: number;
  readonly to: number;
}

function occurrences(text: string, word: string): readonly Occurrence[] {
  const found: Occurrence[] = [];
  const isDistinct = word.length >= DISTINCT;
  // Only here can the word's first sign stand, written as it is or escaped.
  const first = [...word][0] ?? '';
  for (let from = 0; from < text.length; from += 1) {
    const sign = text[from] ?? '';
    if (!(first.startsWith(sign) || sign === '%' || sign === '\\' || sign === '&')) continue;
    const to = endOfWord(text, from, word, DISTINCT);
    if (to !== undefined && (isDistinct || standsAlone(text, from, to))) found.push({ from, to });
  }
  return found;
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\p{L}\p{N}]/u.test(text.charAt(from - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(to));
}
