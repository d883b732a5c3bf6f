import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP way to a port that can be cut like a cable: nothing arrives any more, and nobody is told so. */
export interface Relay {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Leads from a free port to this one. */
export async function relayTo(target: number): Promise<Relay> {
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => undefined).on('close', () => open.delete(client));
    // Through a cut cable a connection is never made; what has arrived here is held, and never answered.
    if (!whole) return void client.pause();
    const beyond = connect(target, '127.0.0.1');
    open.add(beyond);
    beyond.on('error', () => client.destroy()).on('close', () => open.delete(beyond));
    client.on('close', () => beyond.destroy());
    beyond.on('close', () => client.destroy());
    client.pipe(beyond).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      whole = false;
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
      }
    },
    mend: () => {
      whole = true;
      // What was under way is lost: its ends see a reset, as after a real partition.
      for (const socket of open) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
