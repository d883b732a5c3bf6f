/** Bytes as they are up to one of them, and zeros in place of those behind it: there a server finds the log's end. */
export async function* keptUntil(
  bytes: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of bytes) {
    const kept = Math.max(0, Math.min(chunk.length, length - at));
    at += chunk.length;
    if (kept === chunk.length) {
      yield chunk;
      continue;
    }
    const changed = new Uint8Array(chunk.length);
    changed.set(chunk.subarray(0, kept));
    yield changed;
  }
}
