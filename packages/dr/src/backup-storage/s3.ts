import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type {
  CompletedPart,
  ListMultipartUploadsCommandOutput,
  MultipartUpload,
  S3Client,
} from '@aws-sdk/client-s3';
import { reasonOf } from '@ordeal/shared/reason-of';
import { inParts } from './parts.ts';
import { checkName, type BackupStorage, type StoredFile } from './storage.ts';

/** A bucket of Amazon S3, or of a server that is compatible with it. */
export interface S3Config {
  readonly kind: 's3';
  readonly bucket: string;
  /** Folder within the bucket. */
  readonly prefix?: string | undefined;
  readonly region?: string | undefined;
  /** Of a server that is not Amazon's. */
  readonly endpoint?: string | undefined;
  /** `https://host/bucket` rather than `https://bucket.host`. Default: with an endpoint of one's own. */
  readonly pathStyle?: boolean | undefined;
  /** Of an own certificate authority, PEM. */
  readonly caFile?: string | undefined;
  /** Default: where the AWS SDK looks for them. They appear in no message. */
  readonly credentials?:
    | {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken?: string | undefined;
      }
    | undefined;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** The SDK, which is loaded when it is first used: most platforms keep their backups elsewhere. */
interface Loaded {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** An answer is waited for so long; the bytes of one part are. */
const answerMs = 60_000;
const connectMs = 5000;
/** Uploads are given up so often at most, and looked for again after so long. */
const abortLooks = 10;
const abortSettleMs = 250;
/** The least that a part but the last may have is 5 MiB. */
const usualPartBytes = 8 << 20;

/**
 * Keeps backups in a bucket. A file appears whole or not at all; parts carry their checksum (SHA-256), which the server
 * holds against what it got.
 */
export function createS3Storage(config: S3Config, partBytes = usualPartBytes): BackupStorage {
  const { bucket: Bucket } = config;
  const folder = config.prefix === undefined ? '' : `${config.prefix.replaceAll(/^\/+|\/+$/g, '')}/`;
  const keyOf = (name: string): string => folder + checkName(name);
  let loading: Promise<Loaded> | undefined;

  /** Runs a request. What goes wrong is told without credentials. */
  const ask = async <T>(what: string, use: (loaded: Loaded) => Promise<T>): Promise<T> => {
    try {
      loading ??= load(config);
      return await use(await loading);
    } catch (error) {
      throw plain(what, error, config);
    }
  };

  const isThere = async (name: string, { sdk, client }: Loaded): Promise<boolean> => {
    try {
      await client.send(new sdk.HeadObjectCommand({ Bucket, Key: keyOf(name) }));
      return true;
    } catch (error) {
      if (
        (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode ===
        404
      ) {
        return false;
      }
      throw error;
    }
  };

  const list = async (below: string, { sdk, client }: Loaded): Promise<StoredFile[]> => {
    const Prefix = below === '' ? folder : `${keyOf(below)}/`;
    const files: StoredFile[] = [];
    for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        // Some programs make empty objects for folders.
        if (Key === undefined || Key.endsWith('/')) continue;
        files.push({
          name: Key.slice(folder.length),
          bytes: Size ?? 0,
          modified: LastModified?.getTime() ?? 0,
        });
      }
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  const remove = async (name: string, { sdk, client }: Loaded): Promise<void> => {
    await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(name) }));
  };

  const openUploads = async (Prefix: string, { sdk, client }: Loaded): Promise<MultipartUpload[]> => {
    const uploads: MultipartUpload[] = [];
    let behind: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
    while (behind !== undefined) {
      const page: ListMultipartUploadsCommandOutput = await client.send(
        new sdk.ListMultipartUploadsCommand({ Bucket, Prefix, ...behind }),
      );
      uploads.push(...(page.Uploads ?? []));
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
      behind =
        IsTruncated === true && NextKeyMarker !== undefined
          ? {
              KeyMarker: NextKeyMarker,
              ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
            }
          : undefined;
    }
    return uploads;
  };

  /** One that is gone already is as good as given up. */
  const abort = async (upload: MultipartUpload, { sdk, client }: Loaded): Promise<void> => {
    const { Key, UploadId } = upload;
    try {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    } catch (error) {
      if (!(error instanceof sdk.NoSuchUpload)) throw error;
    }
  };

  /**
   * Parts that nobody has completed are in no list of files, and are paid for all the same. A part that is still on its
   * way may bring back what was just given up, as S3 says of itself: it is looked again until there is none.
   */
  const abortUploads = async (prefix: string, loaded: Loaded): Promise<void> => {
    for (let looks = 0; looks < abortLooks; looks += 1) {
      const uploads = await openUploads(prefix, loaded);
      if (uploads.length === 0) return;
      for (const upload of uploads) await abort(upload, loaded);
      await setTimeout(abortSettleMs);
    }
    throw new Error(`uploads are open again each time they are given up (${abortLooks} times)`);
  };

  /** Larger than a part: nothing is seen of it before it is completed, and nothing is left when it fails. */
  const writeParts = async (name: string, parts: AsyncIterable<Buffer>, loaded: Loaded): Promise<void> => {
    const { sdk, client } = loaded;
    const place = { Bucket, Key: keyOf(name) };
    const { UploadId } = await client.send(
      new sdk.CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'SHA256' }),
    );
    try {
      const done: CompletedPart[] = [];
      for await (const part of parts) {
        const PartNumber = done.length + 1;
        const ChecksumSHA256 = sha256(part);
        const { ETag } = await client.send(
          new sdk.UploadPartCommand({ ...place, UploadId, PartNumber, Body: part, ChecksumSHA256 }),
        );
        done.push({ PartNumber, ETag, ChecksumSHA256 });
      }
      await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...place,
          UploadId,
          MultipartUpload: { Parts: done },
          IfNoneMatch: '*',
        }),
      );
    } catch (error) {
      // What is told is why it failed; a bucket's own rules clear what this cannot.
      await abort({ Key: place.Key, UploadId }, loaded).catch(() => undefined);
      throw error;
    }
  };

  return {
    place: `s3://${Bucket}/${folder}${config.endpoint === undefined ? '' : ` at ${new URL(config.endpoint).host}`}`,
    list: (below) => ask('list', async (loaded) => await list(below, loaded)),
    read: (name) =>
      ask(`read ${name}`, async ({ sdk, client }) => {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(name) }));
        if (!(Body instanceof Readable)) throw new Error('the answer has no bytes');
        return Body;
      }),
    write: (name, source) =>
      ask(`write ${name}`, async (loaded) => {
        const { sdk, client } = loaded;
        // Servers that do not know the condition below would overwrite without a word.
        if (await isThere(name, loaded)) throw new Error('EEXIST: there is a file of this name already');
        const parts = inParts(source, partBytes);
        const first = await parts.next();
        const body = first.done === true ? Buffer.alloc(0) : first.value;
        const second = await parts.next();
        if (second.done !== true) {
          await writeParts(name, chain([body, second.value], parts), loaded);
          return;
        }
        await client.send(
          new sdk.PutObjectCommand({
            Bucket,
            Key: keyOf(name),
            Body: body,
            ChecksumSHA256: sha256(body),
            IfNoneMatch: '*',
          }),
        );
      }),
    remove: (name) => ask(`remove ${name}`, async (loaded) => await remove(name, loaded)),
    removeAll: (below) =>
      ask(`remove ${below}`, async (loaded) => {
        for (const file of await list(checkName(below), loaded)) await remove(file.name, loaded);
      }),
    endWriting: (below, files) =>
      ask(`end uploads into ${below}`, async (loaded) => {
        // Some servers (MinIO) list uploads of a key alone, and none of a folder.
        const prefixes = [`${keyOf(below)}/`, ...files.map((file) => keyOf(`${below}/${file}`))];
        for (const prefix of prefixes) await abortUploads(prefix, loaded);
      }),
  };
}

async function load(config: S3Config): Promise<Loaded> {
  const sdk = await import('@aws-sdk/client-s3');
  const { endpoint, region, credentials, caFile } = config;
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  const client = new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: config.pathStyle ?? true }),
    ...(endpoint === undefined && config.pathStyle !== undefined ? { forcePathStyle: config.pathStyle } : {}),
    ...(region === undefined ? (endpoint === undefined ? {} : { region: 'us-east-1' }) : { region }),
    ...(credentials === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
          },
        }),
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
    },
    // Stated with each part; older servers do not know the others.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { sdk, client };
}

/** The server's own word for it, and where. */
function plain(what: string, error: unknown, config: S3Config): Error {
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  let reason = `${name}${reasonOf(error)}`;
  for (const secret of Object.values(config.credentials ?? {})) {
    if (secret !== undefined && secret !== '') reason = reason.replaceAll(secret, '…');
  }
  // The error itself holds the request, with its signature.
  return new Error(`could not ${what} in s3://${config.bucket}: ${reason}`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

async function* chain(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}
