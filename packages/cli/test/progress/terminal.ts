import type { Sink } from '../../src/progress/screen.ts';

/**
 * As much of a terminal as the live view uses: printing, wrapping, line feeds, moving up, and clearing. It throws on
 * anything else, so that nothing unforeseen reaches a real one.
 */
export class Terminal implements Sink {
  columns: number;
  readonly writes: string[] = [];
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): boolean {
    this.writes.push(text);
    let rest = text;
    while (rest !== '') {
      // oxlint-disable-next-line no-control-regex
      const control = /^\u001b\[(\d*)([A-Za-z])/u.exec(rest);
      if (control) {
        this.#obey(control[2] ?? '', Number(control[1] || '1'));
        rest = rest.slice(control[0].length);
        continue;
      }
      const [character = ''] = rest;
      this.#put(character);
      rest = rest.slice(character.length);
    }
    return true;
  }

  /** What stands on it, without colour and trailing spaces. */
  lines(): readonly string[] {
    return this.#rows.map((row) =>
      Array.from(row, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#toRow(this.#row + 1);
    else {
      if (character < ' ') throw new Error(`control character ${JSON.stringify(character)}`);
      if (this.#column >= this.columns) this.#toRow(this.#row + 1);
      const row = (this.#rows[this.#row] ??= []);
      row[this.#column] = character;
      this.#column += 1;
    }
  }

  #obey(command: string, amount: number): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - amount);
    else if (command === 'K') this.#rows[this.#row]?.splice(this.#column);
    else if (command === 'J') {
      this.#rows[this.#row]?.splice(this.#column);
      this.#rows.splice(this.#row + 1);
    } else if (command !== 'm') throw new Error(`unforeseen command ${command}`);
  }

  #toRow(row: number): void {
    this.#row = row;
    this.#column = 0;
    while (this.#rows.length <= row) this.#rows.push([]);
  }
}
