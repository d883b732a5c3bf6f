import { randomBytes } from 'node:crypto';
import type { BackupCheck, BackupCopy, ContentManifest, DataSource } from '@ordeal/shared/drivers/backup';
import { BackupBroken } from '@ordeal/shared/drivers/backup';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Bounds } from '@ordeal/shared/time/interval';
import { z } from 'zod';
import { hashed } from './hashed.ts';
import type { BackupStorage } from './storage.ts';

/** Name of the file that says what a copy is. It is written last, so that a copy without it is not complete. */
const labelName = 'backup.json';

const label = z.object({
  version: z.literal(1),
  kind: z.string(),
  id: z.string(),
  instant: z.object({ low: z.number(), high: z.number() }),
  source: z.object({ system: z.string(), database: z.string().optional() }),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  content: z
    .object({
      database: z.string(),
      tables: z.array(z.object({ name: z.string(), rows: z.number(), checksum: z.string() })),
      sequences: z.array(z.object({ name: z.string(), last: z.string() })),
      objects: z.record(z.string(), z.number()),
    })
    .nullable(),
  detail: z.record(z.string(), z.string()),
});

/** What a copy of this project's own making says of itself, in a file beside it. */
export interface BackupLabel {
  readonly version: 1;
  /** The driver that took it. */
  readonly kind: string;
  readonly id: string;
  readonly instant: Bounds;
  readonly source: DataSource;
  readonly files: readonly LabelledFile[];
  readonly content: ContentManifest | null;
  readonly detail: Readonly<Record<string, string>>;
}

export interface LabelledFile {
  /** Within the copy's own folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A name for a new copy: names sort by time. */
export function newCopyId(kind: string, wallMs: number): string {
  const at = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${at}-${kind}-${randomBytes(4).toString('hex')}`;
}

/** Writes one file of a copy, and tells what was written. */
export async function writeFile(
  storage: BackupStorage,
  id: string,
  name: string,
  source: AsyncIterable<Uint8Array>,
): Promise<LabelledFile> {
  const counted = hashed(source);
  await storage.write(`${id}/${name}`, counted.bytes);
  return { name, bytes: counted.taken(), sha256: counted.sha256() };
}

/** Completes a copy. */
export async function writeLabel(storage: BackupStorage, written: BackupLabel): Promise<void> {
  const text = Buffer.from(`${JSON.stringify(written, null, 2)}\n`);
  await storage.write(`${written.id}/${labelName}`, chunks(text));
}

export async function isComplete(storage: BackupStorage, id: string): Promise<boolean> {
  return (await storage.list(id)).some(({ name }) => name === `${id}/${labelName}`);
}

/** Complete copies of a kind, the newest first. A label that cannot be read is an error: it hides a copy. */
export async function listCopies(storage: BackupStorage, kind: string): Promise<readonly BackupCopy[]> {
  const labels = (await storage.list('')).filter((file) => file.name.endsWith(`/${labelName}`));
  const read = await Promise.all(
    labels.map((file) => readLabel(storage, file.name.slice(0, -labelName.length - 1))),
  );
  return read
    .filter((one) => one.kind === kind)
    .sort((a, b) => b.instant.high - a.instant.high)
    .map(copyOf);
}

export async function readLabel(storage: BackupStorage, id: string): Promise<BackupLabel> {
  const name = `${id}/${labelName}`;
  try {
    const parts: Uint8Array[] = [];
    for await (const chunk of await storage.read(name)) parts.push(chunk as Uint8Array);
    return label.parse(JSON.parse(Buffer.concat(parts).toString('utf8'))) as BackupLabel;
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is not what this project writes' : reasonOf(error);
    throw new BackupBroken(
      'label',
      `${name} in ${storage.place} cannot be read (${why}): move that copy away, or take a new one`,
      { cause: error },
    );
  }
}

/** A file's bytes. Rejects at their end when they are not those that were written. */
export async function* readFile(
  storage: BackupStorage,
  id: string,
  file: LabelledFile,
): AsyncGenerator<Uint8Array> {
  const counted = hashed(await storage.read(`${id}/${file.name}`));
  yield* counted.bytes;
  const sum = counted.sha256();
  if (counted.taken() === file.bytes && sum === file.sha256) return;
  throw new BackupBroken(
    'files intact',
    counted.taken() === file.bytes
      ? `${id}/${file.name} has another checksum than when it was written: bytes of it have changed`
      : `${id}/${file.name} has ${counted.taken()} bytes, and ${file.bytes} were written`,
  );
}

/** Reads every file of a copy, and compares it with what was written. Rejects when it is aborted on the way. */
export async function checkFiles(
  storage: BackupStorage,
  written: BackupLabel,
  signal?: AbortSignal,
): Promise<BackupCheck> {
  const name = 'files intact';
  try {
    for (const file of written.files) {
      for await (const _ of readFile(storage, written.id, file)) signal?.throwIfAborted();
    }
  } catch (error) {
    signal?.throwIfAborted();
    return { name, outcome: 'broken', detail: reasonOf(error) };
  }
  const bytes = written.files.reduce((sum, file) => sum + file.bytes, 0);
  const detail = `${written.files.length} files, ${bytes} bytes, as they were written`;
  return { name, outcome: 'held', detail };
}

/**
 * What an error while a copy was being read says about the copy: where its bytes are not those that were written, that
 * is the reason, whatever the programs made of them.
 */
export async function blame(storage: BackupStorage, written: BackupLabel, error: unknown): Promise<unknown> {
  if (error instanceof BackupBroken && error.check === 'files intact') return error;
  const files = await checkFiles(storage, written);
  return files.outcome === 'broken' ? new BackupBroken(files.name, files.detail, { cause: error }) : error;
}

export function copyOf(written: BackupLabel): BackupCopy {
  const { id, instant, source, content, files, detail } = written;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { id, instant, bytes, source, content, detail };
}

export async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
