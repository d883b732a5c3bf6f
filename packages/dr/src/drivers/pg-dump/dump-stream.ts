import { BackupBroken } from '@ordeal/shared/drivers/backup';
import { reasonOf } from '@ordeal/shared/reason-of';
import { unzipped } from '../../backup-storage/gzip.ts';

/** pg_dump writes it last. Behind it stand at most the end of its restriction, and empty lines. */
const trailer = /\n--\n-- PostgreSQL database dump complete\n--\s*(\\unrestrict \w+\s*)?$/;

export type DumpFormat = 'gzip' | 'custom' | 'sql';

/** The first bytes tell what a dump is, whatever its name. */
export async function sniff(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly format: DumpFormat; readonly bytes: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let done = false;
  while (head.length < 5 && !done) {
    const next = await iterator.next();
    if (next.done === true) done = true;
    else head = Buffer.concat([head, next.value]);
  }
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  const format =
    head.subarray(0, 5).toString('latin1') === 'PGDMP' ? 'custom' : isGzip(head) ? 'gzip' : 'sql';
  return { format, bytes: bytes() };
}

/** The SQL of a dump that is plain, packed or not. Rejects at its end when it is not whole. */
export async function* sqlOf(name: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { format, bytes } = await sniff(packed);
  let tail = '';
  let length = 0;
  try {
    const plain = format === 'gzip' ? unzipped(bytes) : bytes;
    for await (const chunk of plain) {
      length += chunk.byteLength;
      const text = Buffer.from(chunk.subarray(-400)).toString('latin1');
      tail = (tail + text).slice(-400);
      yield chunk;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('Z_')) throw error;
    const what = `${name} cannot be unpacked to its end (${reasonOf(error)}), so it was cut off or changed`;
    throw new BackupBroken('dump complete', `${what}: take a new backup`, { cause: error });
  }
  if (length === 0) {
    throw new BackupBroken(
      'dump complete',
      `${name} is empty: pg_dump failed when it was made, and nobody noticed`,
    );
  }
  if (!trailer.test(tail)) {
    throw new BackupBroken(
      'dump complete',
      `${name} does not end with "PostgreSQL database dump complete": pg_dump was cut off when it was made`,
    );
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}
