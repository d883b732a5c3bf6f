import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { chunks } from '../../src/backup-storage/catalogue.ts';
import { parseDump } from '../../src/drivers/pg-dump/config.ts';
import { inParts } from '../../src/backup-storage/parts.ts';
import { createS3Storage } from '../../src/backup-storage/s3.ts';
import { itKeepsBackups, textOf } from './storage-contract.ts';
import { secrets, startS3, type S3Server } from './s3-server.ts';

const without = withoutPrograms('versitygw');
const fiveMiB = 5 << 20;

describe.skipIf(leftOut(without))(`a bucket of a real S3 server ${without ?? ''}`, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.end());

  describe('as every storage', () => {
    itKeepsBackups(async () => {
      const storage = createS3Storage(await server.bucket());
      return {
        storage,
        left: async () => (await storage.list('')).map(({ name }) => name),
        dispose: async () => undefined,
      };
    });
  });

  it('takes what is larger than a part, and gives back the same bytes', async () => {
    const config = await server.bucket();
    const storage = createS3Storage(config, fiveMiB);
    const bytes = randomBytes(2 * fiveMiB + 12_345);
    await storage.write('base/large', chunks(bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)));
    const parts: Uint8Array[] = [];
    for await (const chunk of await storage.read('base/large')) parts.push(chunk as Uint8Array);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    await expect(storage.write('base/large', chunks(bytes))).rejects.toThrow('EEXIST');
    expect(await server.openUploads(config)).toBe(0);
  });

  it('leaves no upload open when the source breaks off between two parts', async () => {
    const config = await server.bucket();
    const storage = createS3Storage(config, fiveMiB);
    async function* torn(): AsyncGenerator<Uint8Array> {
      yield randomBytes(2 * fiveMiB + 1);
      throw new Error('the source has gone');
    }
    await expect(storage.write('large', torn())).rejects.toThrow('the source has gone');
    expect(await storage.list('')).toEqual([]);
    expect(await server.openUploads(config)).toBe(0);
  });

  it('takes an upload away that nobody has completed, of that folder alone', async () => {
    const config = await server.bucket();
    const storage = createS3Storage({ ...config, prefix: 'nightly' }, fiveMiB);
    const { promise: cut, reject: end } = Promise.withResolvers<never>();
    cut.catch(() => undefined);
    let sent = 0;
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield randomBytes(2 * fiveMiB + 1);
      // More is asked for once there is nothing on its way any more.
      sent += 1;
      await cut;
    }
    const writing = ['one/large', 'one2/large'].map(async (name) => await storage.write(name, stuck()));
    const ended = Promise.allSettled(writing);
    await vi.waitFor(() => expect(sent).toBe(2), { timeout: 20_000, interval: 50 });
    expect(await server.openUploads(config)).toBe(2);
    await storage.endWriting('one', ['large']);
    expect(await server.openUploads(config)).toBe(1);
    end(new Error('gone'));
    await ended;
  });

  it('is not overwritten by one of two that write at once', async () => {
    const config = await server.bucket();
    const write = (what: string): Promise<void> =>
      createS3Storage(config).write('label', chunks(Buffer.from(what)));
    const ended = await Promise.allSettled([write('one'), write('two')]);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = ended[0]?.status === 'fulfilled' ? 'one' : 'two';
    expect(await textOf(createS3Storage(config), 'label')).toBe(winner);
  });

  it('says what is wrong, and no secret', async () => {
    const config = await server.bucket();
    const wrong = createS3Storage({
      ...config,
      credentials: { ...secrets, secretAccessKey: 'another-secret' },
    });
    const failure = await wrong.list('').catch((error: unknown) => error);
    expect(String(failure)).toMatch(/could not list in s3:\/\/backups-\d+: SignatureDoesNotMatch/);
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toMatch(
      /another-secret|secret-of-tests/,
    );
    const nowhere = createS3Storage({ ...config, bucket: 'nobody-made-this' });
    await expect(nowhere.list('')).rejects.toThrow('NoSuchBucket');
    const { caFile: _, ...untrusting } = config;
    await expect(createS3Storage(untrusting).list('')).rejects.toThrow(/self-signed/);
    expect(createS3Storage(config).place).toBe(
      `s3://${config.bucket}/shop/nightly/ at ${new URL(config.endpoint).host}`,
    );
  });
});

it('mistakes in a bucket are told, and secrets are not', () => {
  const raw = {
    url: 'postgresql://shop:s3cret@db/shop',
    binDir: '/usr/bin',
    storage: {
      kind: 's3',
      bucket: 'Shop_Backups',
      prefix: '../else',
      endpoint: 'ftp://me:s3cret@minio',
      credentials: { accessKeyId: 's3cret', secretAccessKey: '', extra: 's3cret' },
    },
  };
  const parsed = parseDump(raw, 'platform.ts: backups.shop.config');
  const found = parsed.ok ? [] : parsed.diagnostics;
  expect(
    found.map(({ path }) => path.replace('platform.ts: backups.shop.config.storage', '')).sort(),
  ).toEqual(['.bucket', '.credentials', '.credentials.secretAccessKey', '.endpoint', '.prefix']);
  expect(JSON.stringify(found)).not.toContain('s3cret');
});

it('parts are of one size but for the last, and get larger in time', async () => {
  const sizes = async (bytes: number, chunk: number, size: number): Promise<readonly number[]> => {
    const source = chunks(...Array.from({ length: bytes / chunk }, () => Buffer.alloc(chunk)));
    const found: number[] = [];
    for await (const part of inParts(source, size)) found.push(part.length);
    return found;
  };
  expect(await sizes(10, 1, 4)).toEqual([4, 4, 2]);
  expect(await sizes(12, 6, 4)).toEqual([4, 4, 4]);
  expect(await sizes(0, 1, 4)).toEqual([]);
  const many = await sizes(9000, 3000, 2);
  expect([many[1999], many[2000], many.length]).toEqual([2, 4, 2000 + 1250]);
});
