import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testProgram } from '@ordeal/shared/testing/test-program';
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from '../../src/backup-storage/s3.ts';
import { freePorts } from '../drivers/two-servers.ts';
import { until } from '../observers/fixtures/until.ts';

export const secrets = { accessKeyId: 'key-of-tests', secretAccessKey: 'secret-of-tests' };

/** A real server that speaks S3, over TLS by a certificate authority of its own. */
export interface S3Server {
  /** A bucket that nothing else uses. */
  bucket(): Promise<S3Config & { readonly endpoint: string }>;
  /** Uploads that were begun and neither completed nor given up. */
  openUploads(config: S3Config): Promise<number>;
  end(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const program = testProgram('versitygw');
  if (program === undefined) throw new Error('there is no versitygw');
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-s3-'));
  const data = join(dir, 'data');
  const sidecar = join(dir, 'attributes');
  mkdirSync(data);
  mkdirSync(sidecar);
  const caFile = join(dir, 'ca.pem');
  const keyFile = join(dir, 'key.pem');
  execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
      .split(' ')
      .concat('-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', caFile),
    { stdio: 'ignore' },
  );
  const [port = 0] = await freePorts(1);
  const child = spawn(
    program,
    `--port 127.0.0.1:${port} --cert ${caFile} --key ${keyFile} --quiet posix --sidecar ${sidecar} ${data}`.split(
      ' ',
    ),
    {
      cwd: dir,
      stdio: 'ignore',
      env: { ROOT_ACCESS_KEY: secrets.accessKeyId, ROOT_SECRET_KEY: secrets.secretAccessKey },
    },
  );
  const endpoint = `https://127.0.0.1:${port}`;
  let buckets = 0;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: secrets,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(caFile) }) },
  });
  const make = async (): Promise<S3Config & { readonly endpoint: string }> => {
    buckets += 1;
    const bucket = `backups-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { kind: 's3', bucket, prefix: 'shop/nightly', endpoint, caFile, credentials: secrets };
  };
  await until(async () => {
    try {
      await make();
      return true;
    } catch {
      return false;
    }
  }, 'the S3 server');
  return {
    bucket: make,
    openUploads: async (config) => {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }));
      return Uploads?.length ?? 0;
    },
    end: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
