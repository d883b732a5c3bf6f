/** An answer of Redis (RESP2). An error inside an array stays a value. */
export type Reply = string | number | null | RedisError | readonly Reply[];

/** What the server refused, with its code first, for instance `READONLY You can't write …`. */
export class RedisError extends Error {}

/** The wire form of a command: an array of bulk strings. */
export function encode(command: readonly string[]): Buffer {
  const parts = command.map((one) => `$${Buffer.byteLength(one)}\r\n${one}\r\n`);
  return Buffer.from(`*${command.length}\r\n${parts.join('')}`);
}

/** The first whole reply in the bytes, with where it ends; undefined while there is none yet. */
export function decode(bytes: Buffer, at = 0): { readonly reply: Reply; readonly end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { reply: line, end: next };
    case '-':
      return { reply: new RedisError(line), end: next };
    case ':':
      return { reply: Number(line), end: next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: null, end: next };
      if (bytes.length < next + length + 2) return undefined;
      return { reply: bytes.toString('utf8', next, next + length), end: next + length + 2 };
    }
    case '*': {
      const count = Number(line);
      if (count < 0) return { reply: null, end: next };
      const items: Reply[] = [];
      let end = next;
      for (let index = 0; index < count; index += 1) {
        const item = decode(bytes, end);
        if (item === undefined) return undefined;
        items.push(item.reply);
        end = item.end;
      }
      return { reply: items, end };
    }
    default:
      throw new Error(
        `expected an answer of Redis, found ${JSON.stringify(bytes.toString('utf8', at, at + 40))}`,
      );
  }
}
