import { type Markup, markup, type Part } from '../markup.ts';

export interface Column {
  readonly heading: string;
  /** `right` for figures; `tight` never breaks. */
  readonly align?: 'right' | 'tight';
}

/**
 * A table that scrolls by itself where it is wider than the page. The first cell of each row is its heading.
 */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map((column) => markup`<th scope="col"${classOf(column)}>${column.heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((cell, index) => cellOf(cell, index, columns[index]))}</tr>\n`)}</tbody></table></div>`;
}

function cellOf(cell: Part, index: number, column: Column | undefined): Markup {
  return index === 0
    ? markup`<th scope="row"${classOf(column)}>${cell}</th>`
    : markup`<td${classOf(column)}>${cell}</td>`;
}

function classOf(column: Column | undefined): Markup | null {
  return column?.align === undefined ? null : markup` class="${column.align}"`;
}
