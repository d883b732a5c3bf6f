import { displayWidth } from './width.ts';
import type { FrameLine } from './frame.ts';

/** Where text goes; a terminal's stream tells its width. */
export interface Sink {
  readonly columns?: number;
  write(text: string): unknown;
}

const UP = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * A few lines at the bottom of a terminal that are rewritten in place, and lines above them that stay.
 * Each change is one write, and nothing is cleared before it is written over, so it does not flicker; what has not
 * changed is not written. The cursor stays visible: whatever kills the process, the terminal needs no repair.
 */
export class Screen {
  readonly #sink: Sink;
  readonly #columns: () => number;
  #drawn: readonly number[] = [];
  #shown = '';

  constructor(sink: Sink, columns: () => number) {
    this.#sink = sink;
    this.#columns = columns;
  }

  /** Writes `above` for good, and `block` below it in place of the block before. */
  draw(above: readonly string[], block: readonly FrameLine[]): void {
    const shown = block.map((line) => `${line.painted}${CLEAR_LINE}`).join('\n');
    if (above.length === 0 && shown === this.#shown) return;
    const kept = above.map((text) => `${text}${CLEAR_LINE}\n`).join('');
    this.#sink.write(`${this.#toTop()}${kept}${shown}${CLEAR_BELOW}`);
    this.#shown = shown;
    this.#drawn = block.map((line) => displayWidth(line.text));
  }

  // A terminal that became narrower has wrapped the lines of the block: each then takes several rows.
  #toTop(): string {
    if (this.#drawn.length === 0) return '';
    const columns = Math.max(1, this.#columns());
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return `\r${UP(rows - 1)}`;
  }
}
