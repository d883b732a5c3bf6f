import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';

/** Packs bytes on their way. Rejects when they cannot be had. */
export function zipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // The best that is cheap: a backup is read while its source has other work to do.
  return through(source, createGzip({ level: 1 }));
}

/** Unpacks bytes on their way. Rejects when they cannot be had, or are not what was packed, to the last byte. */
export function unzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return through(source, createGunzip());
}

async function* through(source: AsyncIterable<Uint8Array>, change: Transform): AsyncGenerator<Uint8Array> {
  // What goes wrong comes out where it is read.
  const output = pipeline(Readable.from(source), change, () => undefined);
  for await (const chunk of output) yield chunk as Uint8Array;
}
