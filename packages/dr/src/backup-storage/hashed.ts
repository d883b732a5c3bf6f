import { createHash } from 'node:crypto';

/** Bytes on their way, with their number and sum, which are complete once the last one was taken. */
export interface Hashed {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly taken: () => number;
  /** SHA-256 in hexadecimal digits. May be asked once. */
  readonly sha256: () => string;
}

export function hashed(source: AsyncIterable<Uint8Array>): Hashed {
  const hash = createHash('sha256');
  let taken = 0;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk);
      taken += chunk.byteLength;
      yield chunk;
    }
  }
  return { bytes: pass(), taken: () => taken, sha256: () => hash.digest('hex') };
}
