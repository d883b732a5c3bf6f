import { afterEach, beforeEach, expect, it } from 'vitest';
import { chunks, listCopies, writeLabel } from '../../src/backup-storage/catalogue.ts';
import type { BackupStorage } from '../../src/backup-storage/storage.ts';

/** A place for backups that is empty, and what was ever put there, finished or not. */
export interface Place {
  readonly storage: BackupStorage;
  left(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export async function textOf(storage: BackupStorage, name: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of await storage.read(name)) parts.push(chunk as Uint8Array);
  return Buffer.concat(parts).toString();
}

/** What every storage of backups does, against the real thing. */
export function itKeepsBackups(make: () => Promise<Place>): void {
  let place: Place;
  let storage: BackupStorage;

  beforeEach(async () => {
    place = await make();
    ({ storage } = place);
  });
  afterEach(() => place.dispose());

  it('keeps files below folders, and lists them by name', async () => {
    await storage.write('b/two', chunks(Buffer.from('2')));
    await storage.write('a', chunks(Buffer.from('on'), Buffer.from('e')));
    await storage.write('b2/three', chunks());
    expect(await textOf(storage, 'a')).toBe('one');
    expect(await textOf(storage, 'b2/three')).toBe('');
    const files = await storage.list('');
    expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a', 3],
      ['b/two', 1],
      ['b2/three', 0],
    ]);
    expect(files.every(({ modified }) => Math.abs(modified - Date.now()) < 600_000)).toBe(true);
    expect((await storage.list('b')).map(({ name }) => name)).toEqual(['b/two']);
    expect(await storage.list('none')).toEqual([]);
    await storage.remove('b/two');
    await storage.remove('b/two');
    await expect(textOf(storage, 'b/two')).rejects.toThrow(/ENOENT|NoSuchKey/);
  });

  it('takes a folder away with all that is in it, and nothing beside it', async () => {
    for (const name of ['one/a', 'one/deep/b', 'one2/c'])
      await storage.write(name, chunks(Buffer.from(name)));
    await storage.removeAll('one');
    await storage.removeAll('one');
    expect((await storage.list('')).map(({ name }) => name)).toEqual(['one2/c']);
    await expect(storage.removeAll('..')).rejects.toThrow('the name of a file in the storage');
    await expect(storage.removeAll('')).rejects.toThrow('the name of a file in the storage');
  });

  it('never overwrites', async () => {
    await storage.write('a', chunks(Buffer.from('first')));
    await expect(storage.write('a', chunks(Buffer.from('second')))).rejects.toThrow('EEXIST');
    expect(await textOf(storage, 'a')).toBe('first');
    expect(await place.left()).toEqual(['a']);
  });

  it('leaves nothing of what was cut off', async () => {
    async function* torn(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the source has gone');
    }
    await expect(storage.write('a', torn())).rejects.toThrow('the source has gone');
    expect(await place.left()).toEqual([]);
  });

  it.each(['../a', '/a', 'a//b', 'a/../../b', '', '.'])('refuses the name %j', async (name) => {
    await expect(storage.write(name, chunks(Buffer.from('x')))).rejects.toThrow('name of a file');
  });

  it('lists the copies that are complete, the newest first, and tells a label that cannot be read', async () => {
    const label = (id: string, at: number, kind = 'mine'): Parameters<typeof writeLabel>[1] => ({
      version: 1,
      kind,
      id,
      instant: { low: at, high: at },
      source: { system: '1' },
      files: [{ name: 'f', bytes: 3, sha256: 'x' }],
      content: null,
      detail: {},
    });
    await writeLabel(storage, label('old', 1));
    await writeLabel(storage, label('new', 2));
    await writeLabel(storage, label('other', 3, 'theirs'));
    await storage.write('unfinished/f', chunks(Buffer.from('x')));
    expect((await listCopies(storage, 'mine')).map(({ id, bytes }) => [id, bytes])).toEqual([
      ['new', 3],
      ['old', 3],
    ]);
    await storage.write('torn/backup.json', chunks(Buffer.from('{')));
    await expect(listCopies(storage, 'mine')).rejects.toThrow('torn/backup.json');
  });
}
