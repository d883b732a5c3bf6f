import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createS3Storage } from '../../src/backup-storage/s3.ts';

/**
 * What a server says of uploads while parts of them are still on their way. A made-up server: when a real one is that far
 * cannot be chosen (`s3.test.ts` has a real one).
 */
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Lists these uploads, one look after another, and then none; the answers to giving up are these, and then 204. */
async function made(looks: readonly (readonly string[])[], answers: readonly string[] = []) {
  const asked: string[] = [];
  const left = [...looks];
  const replies = [...answers];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (request.method === 'GET') {
      const prefix = searchParams.get('prefix') ?? '';
      asked.push(`look ${prefix}`);
      const uploads = prefix.endsWith('/') ? (left.shift() ?? []) : [];
      response.setHeader('content-type', 'application/xml');
      response.end(
        `<ListMultipartUploadsResult>${uploads
          .map((id) => `<Upload><Key>${prefix}large</Key><UploadId>${id}</UploadId></Upload>`)
          .join('')}</ListMultipartUploadsResult>`,
      );
      return;
    }
    asked.push(`${request.method} ${pathname} ${searchParams.get('uploadId')}`);
    const code = replies.shift();
    response.statusCode = code === undefined ? 204 : code === 'NoSuchUpload' ? 404 : 403;
    response.end(code === undefined ? '' : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const storage = createS3Storage({
    kind: 's3',
    bucket: 'b',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  });
  return { storage, asked };
}

const given = (id: string) => `DELETE /b/copy/large ${id}`;

it('an upload that a part on its way brings back is given up again', async () => {
  const { storage, asked } = await made([['one'], ['one']]);
  await storage.endWriting('copy', []);
  expect(asked).toEqual(['look copy/', given('one'), 'look copy/', given('one'), 'look copy/']);
});

it('an upload that is gone meanwhile is given up', async () => {
  const { storage, asked } = await made([['one', 'two']], ['NoSuchUpload']);
  await storage.endWriting('copy', []);
  expect(asked).toEqual(['look copy/', given('one'), given('two'), 'look copy/']);
});

it('an upload that may not be given up is told', async () => {
  const { storage } = await made([['one']], ['AccessDenied']);
  await expect(storage.endWriting('copy', [])).rejects.toThrow(
    'could not end uploads into copy in s3://b: AccessDenied',
  );
});

it('an upload that comes back each time is told', async () => {
  const { storage } = await made(Array.from({ length: 20 }, () => ['one']));
  await expect(storage.endWriting('copy', [])).rejects.toThrow(
    'uploads are open again each time they are given up (10 times)',
  );
});
