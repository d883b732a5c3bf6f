import { readFileSync } from 'node:fs';
import {
  S3Client,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { BackupJob } from './config.ts';

/** Uploads a file under a name, in one piece, as it is small. */
export async function upload(
  { bucket, keys, sabotage }: BackupJob,
  file: string,
  name: string,
): Promise<void> {
  const client = new S3Client({
    endpoint: bucket.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: keys,
  });
  const place = { Bucket: bucket.name, Key: `${bucket.prefix}/${name}` };
  const Body = readFileSync(file);
  if (sabotage.includes('torn-upload')) {
    // As a job that was killed leaves it: nobody sees an object, and the part is there all the same.
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
    await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body }));
    return;
  }
  await client.send(new PutObjectCommand({ ...place, Body }));
}
