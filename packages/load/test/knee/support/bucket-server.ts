import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A server of an exactly known capacity. */
export interface BucketServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server that bears `perSecond` requests, and lets a quarter of a second's worth of them wait. */
export async function startBucketServer(perSecond: number): Promise<BucketServer> {
  const worker = new Worker(new URL('bucket.main.ts', import.meta.url), {
    workerData: { perSecond, queue: perSecond / 4 },
  });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await worker.terminate();
    },
  };
}
