import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { LabSite } from '@ordeal/shared/platform/site';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown, labStatus } from '../src/lab.ts';
import { control, eventually, expectGone, labName, up } from './support.ts';

const without = withoutPrograms('versitygw');
const name = labName('bucket');

it.skipIf(leftOut(without))(
  `comes up with an upload that was torn as its job had stopped, and with no dump at all ${without ?? ''}`,
  async () => {
    const torn = labName('torn');
    try {
      const { backups } = await up(torn, { platform: 'arklex', sabotage: ['torn-upload', 'stale-dump'] });
      const { storage } = backups.dumps;
      if (storage.kind !== 's3') throw new Error(`the dumps are in a ${storage.kind}`);
      const { endpoint, credentials } = storage;
      const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: storage.bucket }));
      expect(Contents).toEqual([]);
    } finally {
      await labDown({ name: torn, clock });
    }
  },
);

describe.skipIf(leftOut(without))(`a platform whose backups are in a bucket ${without ?? ''}`, () => {
  let site: LabSite;
  beforeAll(async () => {
    site = await up(name, { platform: 'arklex' });
  });
  afterAll(async () => {
    await labDown({ name, clock });
  });

  const storage = () => {
    const { storage: found } = site.backups.dumps;
    if (found.kind !== 's3') throw new Error(`the dumps are in a ${found.kind}`);
    return found;
  };
  const client = (secretAccessKey = storage().credentials.secretAccessKey) =>
    new S3Client({
      endpoint: storage().endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { ...storage().credentials, secretAccessKey },
    });
  const list = async (by = client()) => {
    const { Contents = [] } = await by.send(new ListObjectsV2Command({ Bucket: storage().bucket }));
    return Contents.map(({ Key = '' }) => Key);
  };

  it('has its dump there, whole, under a name that says when, and none on its disk', async () => {
    const [key = '', ...more] = await list();
    expect(more).toEqual([]);
    expect(key).toMatch(/^backups\/arklex_backup_\d{8}_\d{6}\.sql$/);
    expect(new RegExp(site.backups.dumps.files).test(key.slice('backups/'.length))).toBe(true);
    const { Body } = await client().send(new GetObjectCommand({ Bucket: storage().bucket, Key: key }));
    const sql = (await Body?.transformToString()) ?? '';
    expect(sql).toContain('Regional failover');
    expect(sql).toMatch(/-- PostgreSQL database dump complete\n--/);
    expect(readdirSync(join(site.dir, 'edge', 'backups', 'dumps'))).toEqual([]);
  });

  it('lets nobody in without the keys, which stand in no argument, in no log, and in no file that others can read', async () => {
    await expect(list(client('another-secret'))).rejects.toThrow('signature we calculated does not match');
    const secrets = Object.values(storage().credentials);
    expect(new Set(secrets).size).toBe(2);
    const texts = [execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })];
    for (const entry of readdirSync(site.dir, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      const log = file.endsWith('.log');
      // The databases rename and remove files meanwhile.
      const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
      if (log || (mode & 0o077) !== 0) texts.push(readFileSync(file, 'latin1'));
    }
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  });

  it('has a server that comes back when it is killed, with what it holds', async () => {
    const before = await list();
    const [served] = (await control(site.regions.a, 'status', 'edge/versitygw')).processes;
    kill(served!.pid, 'SIGKILL');
    const { value } = await eventually('another server', async () => {
      const status = await control(site.regions.a, 'status', 'edge/versitygw');
      return status.ready && status.processes[0];
    });
    expect(value.identity).not.toBe(served!.identity);
    expect(await list()).toEqual(before);
    expect((await labStatus({ name, clock })).units.map(({ unit }) => unit)).toContain('edge/versitygw');
  });

  it('leaves nothing behind, even when nobody supervises it any more', async () => {
    const [supervisor] = (await control(site.regions.a, 'status', 'edge')).processes;
    kill(supervisor!.pid, 'SIGKILL');
    expect((await labDown({ name, clock })).stopped).toBeGreaterThan(10);
    expectGone(site.dir);
  });
});
