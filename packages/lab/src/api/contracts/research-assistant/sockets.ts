import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { App } from '../../app.ts';
import type { Finder } from './finder.ts';
import { oneSocketEach } from './one-socket-each.ts';
import { sessionIn, type Sessions } from './sessions.ts';

const PATH = '/ws';
const TENANT = 'ordeal';
const REFUSAL = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const CONFLICT = 'HTTP/1.1 409 Conflict\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
const ABSENCE = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** A socket for whoever is logged in: takes a query, tells how it goes, and what was found. */
export function researchSockets(http: Server, app: App, sessions: Sessions, finder: Finder): void {
  const server = new WebSocketServer({ noServer: true });
  const single = app.sabotage.includes('lost-sockets') ? oneSocketEach(app.store) : undefined;
  const dropped = app.sabotage.includes('drop-sockets');
  http.on('upgrade', (request, socket, head) => {
    void (async () => {
      socket.on('error', () => socket.destroy());
      if (request.url !== PATH) return void socket.end(ABSENCE);
      const id = sessionIn(request.headers);
      const user = id === undefined ? undefined : await sessions.userOf(id).catch(() => undefined);
      if (user === undefined) return void socket.end(REFUSAL);
      if (single !== undefined && !(await single.enter(id!))) return void socket.end(CONFLICT);
      if (single !== undefined) socket.once('close', () => void single.leave(id!));
      server.handleUpgrade(request, socket, head, (client) => serve(client, finder, dropped));
    })();
  });
}

function serve(client: WebSocket, finder: Finder, dropped: boolean): void {
  const tell = (message: object) => client.send(JSON.stringify(message));
  client.on('error', () => client.terminate());
  client.on('message', (data) => {
    if (dropped) return client.terminate();
    let query: unknown;
    try {
      ({ query } = JSON.parse(String(data)) as { query?: unknown });
    } catch {
      return tell({ type: 'error', error: 'expected JSON' });
    }
    if (typeof query !== 'string') return tell({ type: 'error', error: 'expected a query' });
    tell({ type: 'progress', step: 'searching' });
    finder.find(TENANT, query).then(
      (found) => tell({ type: 'result', ...found }),
      (error: Error) => tell({ type: 'error', error: error.message }),
    );
    return undefined;
  });
  tell({ type: 'ready' });
}
