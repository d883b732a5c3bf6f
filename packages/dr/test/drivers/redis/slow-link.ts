import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP way to a port of which it can be said how much it carries. Nobody is told when it carries nothing. */
export interface SlowLink {
  readonly port: number;
  /** Bytes a second from the target to whoever has connected, from now on; Infinity at first. The other way is free. */
  carry(bytesPerSecond: number): void;
  close(): Promise<void>;
}

const sliceMs = 20;

/** Leads from a free port to this one. */
export async function slowLinkTo(target: number): Promise<SlowLink> {
  const open = new Set<Socket>();
  let rate = Infinity;
  let closed = false;
  const throttled = (): Transform =>
    new Transform({
      highWaterMark: 1024,
      transform(part: Buffer, _encoding, done) {
        void (async () => {
          for (let rest = part; rest.length > 0 && !closed;) {
            const now = rate === Infinity ? rest.length : Math.floor((rate * sliceMs) / 1000);
            this.push(rest.subarray(0, now));
            rest = rest.subarray(now);
            if (rest.length > 0) await sleep(sliceMs);
          }
          done();
        })();
      },
    });
  const server = createServer((client) => {
    const beyond = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, beyond],
      [beyond, client],
    ] as const) {
      open.add(socket);
      socket
        .on('error', () => other.destroy())
        .on('close', () => void (open.delete(socket) && other.destroy()));
    }
    client.pipe(beyond);
    beyond.pipe(throttled()).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    carry: (bytesPerSecond) => void (rate = bytesPerSecond),
    close: async () => {
      if (closed) return;
      closed = true;
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
