/** So many parts of one size are made; then they get larger, as no upload may have more than ten thousand. */
const partsOfASize = 2000;

/** Bytes in parts of a size, the last of which may be smaller. Nothing gives no part. */
export async function* inParts(source: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let size = partBytes;
  let made = 0;
  let kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    let rest = chunk;
    while (bytes + rest.byteLength >= size) {
      const missing = size - bytes;
      yield Buffer.concat([...kept, rest.subarray(0, missing)], size);
      rest = rest.subarray(missing);
      kept = [];
      bytes = 0;
      made += 1;
      if (made % partsOfASize === 0) size *= 2;
    }
    if (rest.byteLength > 0) {
      kept.push(rest);
      bytes += rest.byteLength;
    }
  }
  if (bytes > 0) yield Buffer.concat(kept, bytes);
}
