import { createRequire } from 'node:module';

/** The package is CommonJS and brings no types: this is the part of it that is used. */
const snappy = createRequire(import.meta.url)('snappyjs') as {
  uncompress(compressed: Uint8Array, maxLength: number): Uint8Array;
};

/** Throws when the input is damaged, or when it would become longer than `most` bytes. */
export function uncompress(compressed: Uint8Array, most: number): Uint8Array {
  return snappy.uncompress(compressed, most);
}
