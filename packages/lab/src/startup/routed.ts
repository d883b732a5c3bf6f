import { connect } from 'node:net';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Clock } from '@ordeal/shared/time/clock';

const WITHIN_MS = 10_000;

/** Resolves when the load balancer sends traffic to every replica. */
export async function allRouted(site: LabSite, clock: Clock, signal: AbortSignal): Promise<void> {
  const wanted = Object.values(site.regions).flatMap(({ replicas }) => replicas.map(({ name }) => name));
  const deadline = clock.now() + WITHIN_MS;
  for (;;) {
    const up = await replicasUp(site);
    const missing = wanted.filter((name) => !up.includes(name));
    if (missing.length === 0) return;
    if (clock.now() > deadline) {
      throw new Error(`edge/haproxy does not see ${missing.join(', ')} as up after ${WITHIN_MS / 1000} s.`);
    }
    await clock.sleep(30, signal);
  }
}

/** From HAProxy's `show stat`: proxy, server, …; the 18th field is the status. */
async function replicasUp(site: LabSite): Promise<readonly string[]> {
  return (await haproxyAnswer(site.haproxy.socket, 'show stat'))
    .split('\n')
    .map((line) => line.split(','))
    .filter((fields) => fields[0] === site.haproxy.backend && fields[17]?.startsWith('UP'))
    .map((fields) => fields[1]!);
}

function haproxyAnswer(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(socketPath, () => socket.write(`${command}\n`));
    socket.on('data', (data) => {
      text += data.toString('utf8');
    });
    // What it has not said does not count as up.
    socket.on('error', () => resolve(''));
    socket.on('end', () => resolve(text));
  });
}
