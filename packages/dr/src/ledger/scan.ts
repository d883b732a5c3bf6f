import { mostWritesPerCommit } from '@ordeal/shared/platform/ledger-spec';
import type { LedgerHeader, LedgerSum, ReadingEnd } from './lines.ts';
import type { Outcome } from './writes.ts';

/** What is told of a ledger's lines, in their order. Times as they stand in the file. */
export interface LedgerSink {
  header?(header: LedgerHeader): void;
  /** Of a request: so many writes of a worker, from `sequence` on. */
  intent(worker: number, sequence: number, count: number, at: number): void;
  outcome(
    worker: number,
    sequence: number,
    count: number,
    outcome: Outcome,
    completed: number,
    took: number,
  ): void;
  found(reading: number, worker: number, sequence: number, corrupt: boolean): void;
  stranger(reading: number, id: string): void;
  reading(end: ReadingEnd): void;
  sum(sum: LedgerSum): void;
}

const [newLine, comma, bracket, quote, brace, zero, nine] = [10, 44, 93, 34, 123, 48, 57];
const [intent, outcome, page, corrupt, stranger] = [...'iopcx'].map((letter) => letter.charCodeAt(0));
const [ok, info] = [...'oi'].map((letter) => letter.charCodeAt(0));

/**
 * Reads a ledger's lines. Throws on one that is none, except for the last, which a dying writer may have torn.
 *
 * Numbers are taken from the bytes themselves: as texts and values, tens of millions of lines would take minutes.
 */
export async function scanLedger(source: AsyncIterable<Uint8Array>, sink: LedgerSink): Promise<void> {
  const scanner = new Scanner(sink);
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of source) {
    const bytes =
      rest.length === 0
        ? Buffer.from(part.buffer, part.byteOffset, part.byteLength)
        : Buffer.concat([rest, part]);
    const end = bytes.lastIndexOf(newLine) + 1;
    scanner.scan(bytes, end);
    // What is kept must not share the memory that the stream fills again.
    rest = Buffer.from(bytes.subarray(end));
  }
}

/** Goes over whole lines. `at` is where the next number begins. */
class Scanner {
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private line = 0;
  private readonly sink: LedgerSink;

  constructor(sink: LedgerSink) {
    this.sink = sink;
  }

  scan(bytes: Buffer, end: number): void {
    this.bytes = bytes;
    let begin = 0;
    while (begin < end) {
      this.line += 1;
      this.at = begin;
      if (bytes[begin] === brace) begin = this.object(begin);
      else begin = this.array(begin);
    }
  }

  private array(begin: number): number {
    const { bytes, sink } = this;
    const kind = bytes[begin + 2];
    // ["i",
    this.at = begin + 5;
    if (kind === intent) {
      const at = this.number();
      do sink.intent(this.number(), this.number(), this.count(), at);
      while (bytes[this.at - 1] === comma);
    } else if (kind === outcome) {
      const worker = this.number();
      const sequence = this.number();
      const count = this.count();
      const letter = bytes[this.at + 1];
      const what = letter === ok ? 'ok' : letter === info ? 'info' : 'fail';
      this.at += what.length + 3;
      sink.outcome(worker, sequence, count, what, this.number(), this.number());
    } else if (kind === page) {
      const reading = this.number();
      while (bytes[this.at - 1] === comma) sink.found(reading, this.number(), this.number(), false);
    } else if (kind === corrupt) {
      sink.found(this.number(), this.number(), this.number(), true);
    } else if (kind === stranger) {
      const [, reading, id] = JSON.parse(bytes.toString('utf8', begin, bytes.indexOf(newLine, begin))) as [
        string,
        number,
        string,
      ];
      sink.stranger(reading, id);
      return bytes.indexOf(newLine, begin) + 1;
    } else {
      this.fail();
    }
    // A detail may stand behind.
    if (bytes[this.at - 1] === bracket && bytes[this.at] === newLine) return this.at + 1;
    if (bytes[this.at - 1] !== comma || bytes[this.at] !== quote) this.fail();
    return bytes.indexOf(newLine, this.at) + 1;
  }

  private object(begin: number): number {
    const end = this.bytes.indexOf(newLine, begin);
    let value: { readonly type: string };
    try {
      value = JSON.parse(this.bytes.toString('utf8', begin, end)) as { readonly type: string };
    } catch (error) {
      throw new Error(`Line ${this.line} of the ledger is no JSON.`, { cause: error });
    }
    if (value.type === 'ledger') this.sink.header?.(value as LedgerHeader);
    else if (value.type === 'reading') this.sink.reading(value as ReadingEnd);
    else if (value.type === 'sum') this.sink.sum(value as LedgerSum);
    return end + 1;
  }

  /** A whole number, and the sign behind it, which must be a comma or the closing bracket. */
  private number(): number {
    const { bytes } = this;
    let at = this.at;
    let value = 0;
    const first = at;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte < zero || byte > nine) break;
      value = value * 10 + byte - zero;
      at += 1;
    }
    if (at === first || (bytes[at] !== comma && bytes[at] !== bracket)) this.fail();
    this.at = at + 1;
    return value;
  }

  /** Of a request's writes. */
  private count(): number {
    const count = this.number();
    if (count < 1 || count > mostWritesPerCommit) this.fail();
    return count;
  }

  private fail(): never {
    throw new Error(`Line ${this.line} of the ledger is none that a ledger writes.`);
  }
}
