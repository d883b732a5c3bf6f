import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/*
 * A token bucket with a bounded queue: one token each 1/perSecond s, and each request waits for its own. Requests beyond
 * `queue` waiting ones are answered 503 at once. On a thread of its own, so that nothing else makes it late.
 */

const { perSecond, queue } = workerData as { readonly perSecond: number; readonly queue: number };
const each = 1000 / perSecond;
let nextToken = 0;
const server = createServer((request, response) => {
  request.resume();
  const now = performance.now();
  const at = Math.max(now, nextToken);
  if (at - now > queue * each) {
    response.writeHead(503).end();
    return;
  }
  nextToken = at + each;
  setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), at - now);
});
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has none
  parentPort?.postMessage((server.address() as AddressInfo).port);
});
