import { oneLine } from '../text.ts';

/** Within a word an underscore is no emphasis, and names are full of them. */
function escapeUnderscores(text: string): string {
  // To compile what a word is made of, in all languages, takes longer than to write the rest of a summary.
  return text.includes('_') ? text.replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_') : text;
}

/** Foreign text on one line of Markdown, in a table's cell too: nothing in it is taken for Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return escapeUnderscores(oneLine(text).replace(/[\\`*[\]|~]/gu, '\\$&'))
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/^(#|[-+](?=\s))/u, '\\$1')
    .replace(/^(\d+)([.)])(?=\s)/u, '$1\\$2');
}

/** A table; cells are Markdown already. Columns whose heading starts with `>` are aligned to the right. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(headings.map((heading) => heading.replace(/^>/u, ''))),
    line(headings.map((heading) => (heading.startsWith('>') ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
