import { visible } from './text.ts';

/** Text that is already markup (HTML, SVG or XML). Only `markup` makes it. */
export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  toString(): string {
    return this.source;
  }
}

/** What may stand in a template: text is escaped, markup is not, nothing is nothing, lists are joined. */
export type Part = string | number | Markup | null | undefined | false | readonly Part[];

/**
 * A template whose every value is escaped unless it is markup itself, so that no text from a run can become an
 * element, an attribute or a script. Good for element content and for attributes in double quotes.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let source = strings[0] ?? '';
  for (const [index, part] of parts.entries()) source += render(part) + (strings[index + 1] ?? '');
  return new Markup(source);
}

/** Escapes for element content and quoted attributes, of HTML and of XML 1.0 alike. */
export function escapeMarkup(text: string): string {
  return visible(text).replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? character);
}

function render(part: Part): string {
  if (part instanceof Markup) return part.source;
  if (typeof part === 'string') return escapeMarkup(part);
  if (typeof part === 'number') return Number.isFinite(part) ? String(part) : '';
  if (part === null || part === undefined || part === false) return '';
  return part.map(render).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
