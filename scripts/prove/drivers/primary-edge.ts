import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../packages/dr/test/drivers/two-servers.ts';
import { systemClock } from '../../../packages/shared/src/time/system-clock.ts';
import { testTools } from '../../../packages/shared/src/testing/tools.ts';

/** How the primary is told from the others, as lines of HAProxy's configuration. */
export interface PrimaryCheck {
  readonly lines: readonly string[];
  /** Each server's own: its address, and what its line needs beside the usual. */
  readonly servers: readonly { readonly name: string; readonly port: number; readonly check?: string }[];
}

/** An HAProxy that leads clients to whichever server is the primary. */
export interface PrimaryEdge {
  readonly port: number;
  end(): Promise<void>;
}

/**
 * `keepsConnections`: those to a server that is the primary no longer are left open, which is HAProxy's usual way and a
 * well-known mistake before a database: clients with a pool stay where they are.
 */
export async function primaryEdge(check: PrimaryCheck, keepsConnections: boolean): Promise<PrimaryEdge> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-edge-'));
  const [port = 0] = await freePorts(1);
  const closes = keepsConnections ? '' : ' on-marked-down shutdown-sessions';
  writeFileSync(
    join(dir, 'haproxy.cfg'),
    `global
  stats socket ${join(dir, 'haproxy.sock')} mode 600
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 1s
listen primary
  bind 127.0.0.1:${port}
${check.lines.map((line) => `  ${line}`).join('\n')}
  default-server inter 200ms fall 1 rise 1${closes}
${check.servers.map((one) => `  server ${one.name} 127.0.0.1:${one.port} check${one.check === undefined ? '' : ` ${one.check}`}`).join('\n')}
`,
  );
  const proxy = spawn(testTools().haproxy, ['-db', '-f', join(dir, 'haproxy.cfg')], { stdio: 'ignore' });
  // Until it has checked them, all of them are up.
  const deadline = systemClock.now() + 30_000;
  while ((await serversUp(join(dir, 'haproxy.sock'))) !== 1) {
    if (systemClock.now() > deadline) throw new Error('HAProxy does not find exactly one primary');
    await systemClock.sleep(50);
  }
  return {
    port,
    end: async () => {
      if (proxy.exitCode === null && proxy.signalCode === null) {
        const gone = once(proxy, 'exit');
        proxy.kill('SIGKILL');
        await gone;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function serversUp(socket: string): Promise<number> {
  try {
    const asked = connect(socket);
    asked.end('show stat\n');
    const rows = (await text(asked)).split('\n').map((line) => line.split(','));
    return rows.filter(([, name, ...rest]) => name !== 'FRONTEND' && name !== 'BACKEND' && rest[15] === 'UP')
      .length;
  } catch {
    return 0;
  }
}
