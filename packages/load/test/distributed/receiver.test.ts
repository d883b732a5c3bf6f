import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { startRunnerReceiver, type RunnerReceiver } from '../../src/distributed/measurements/receiver.ts';
import type { PushedSeries } from '../../src/remote-write/write-request.ts';
import { encodeWriteRequest } from '../support/write-request-encoder.ts';

/** The package is CommonJS and brings no types: this is the part of it that is used. */
const { compress } = createRequire(import.meta.url)('snappyjs') as {
  compress(bytes: Uint8Array): Uint8Array;
};

let receiver: RunnerReceiver | undefined;
afterEach(async () => receiver?.close());

const series: PushedSeries = {
  name: 'k6_iterations_total',
  labels: { instance_id: '1' },
  samples: [{ value: 7, timestamp: 1000 }],
  histograms: [],
};

async function start(take: (push: readonly PushedSeries[]) => void = () => {}) {
  const errors: string[] = [];
  receiver = await startRunnerReceiver(
    { host: '127.0.0.1', port: 0, url: 'http://outside.example/ordeal/' },
    take,
    (error) => errors.push((error.cause as Error).message),
  );
  // What stands in between may put something before the path, or not.
  const here = (url: string): string =>
    url.replace('http://outside.example', `http://127.0.0.1:${receiver!.port}`);
  return { errors, writeUrl: here(receiver.writeUrl), stopUrl: here(receiver.stopUrl) };
}

const post = (url: string, body: Uint8Array): Promise<number> =>
  fetch(url, { method: 'POST', body: Buffer.from(body) }).then(({ status }) => status);

describe('the receiver', () => {
  test('takes pushes in, at the address that it was told it has', async () => {
    const taken: PushedSeries[] = [];
    const { writeUrl } = await start((push) => taken.push(...push));
    expect(receiver?.writeUrl).toMatch(/^http:\/\/outside\.example\/ordeal\/[0-9a-f]{32}\/write$/);
    expect(await post(writeUrl, compress(encodeWriteRequest([series])))).toBe(204);
    expect(taken).toEqual([expect.objectContaining({ name: 'k6_iterations_total' })]);
  });

  test('knows nobody who does not know its secret', async () => {
    const { writeUrl, stopUrl, errors } = await start(() => {
      throw new Error('this must not be reached');
    });
    const guess = (url: string): string => url.replace(/[0-9a-f]{32}/, 'f'.repeat(32));
    expect(await post(guess(writeUrl), compress(encodeWriteRequest([series])))).toBe(404);
    expect((await fetch(guess(stopUrl))).status).toBe(404);
    expect((await fetch(new URL('/', stopUrl))).status).toBe(404);
    expect(errors).toEqual([]);
  });

  test('says what was wrong with a push, and takes the next', async () => {
    const { writeUrl, errors } = await start((push) => {
      if (push.length === 0) throw new Error('it is empty');
    });
    expect(await post(writeUrl, new Uint8Array([255, 255]))).toBe(400);
    expect(await post(writeUrl, compress(encodeWriteRequest([])))).toBe(400);
    expect(await post(writeUrl, compress(encodeWriteRequest([series])))).toBe(204);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toBe('it is empty');
  });

  test('answers a runner that waits for the word to end when it is given, and from then on at once', async () => {
    const { stopUrl } = await start();
    const waiting = await fetch(stopUrl);
    expect(waiting.status).toBe(200);
    let ended = false;
    const body = waiting.text().then(() => (ended = true));
    await fetch(new URL('/', stopUrl));
    expect(ended).toBe(false);
    receiver?.release();
    await body;
    expect(await (await fetch(stopUrl)).text()).toBe('');
  });

  test('a port that is taken is told by its number', async () => {
    await start();
    const { port } = receiver!;
    await expect(
      startRunnerReceiver(
        { host: '127.0.0.1', port, url: 'http://x' },
        () => {},
        () => {},
      ),
    ).rejects.toThrow(`cannot be received on 127.0.0.1:${port}`);
  });
});
