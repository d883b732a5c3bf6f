import { connect } from 'node:net';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Blueprint } from '../layout/blueprint.ts';
import { holds } from '../supervisor/check.ts';
import { BACKEND, balancerSockets } from '../units/haproxy.ts';

const WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 30;

/** Resolves when every load balancer sends traffic to every replica, and clients reach one. */
export async function allRouted(
  blueprint: Blueprint,
  { entry, regions }: LabSite,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const wanted = Object.values(regions).flatMap(({ replicas }) => replicas.map((replica) => replica.name));
  const { name, health } = blueprint.contract;
  const deadline = clock.now() + WITHIN_MS;
  const until = async (look: () => Promise<string | undefined>): Promise<void> => {
    for (;;) {
      const lacking = await look();
      if (lacking === undefined) return;
      if (clock.now() > deadline) throw new Error(`${lacking} after ${WITHIN_MS / 1000} s.`);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  };
  for (const socket of balancerSockets(blueprint)) {
    await until(async () => {
      const up = await replicasUp(socket);
      const missing = wanted.filter((one) => !up.includes(one));
      return missing.length === 0
        ? undefined
        : `The load balancer of ${socket} does not see ${missing.join(', ')} as up`;
    });
  }
  if (name === undefined) return;
  await until(async () => {
    const reached = await holds({ kind: 'http', url: `${entry}${health.ready}`, timeoutMs: 1_000 });
    return reached ? undefined : `edge/haproxy does not find ${name.name}`;
  });
}

/** From HAProxy's `show stat`: proxy, server, …; the 18th field is the status. */
async function replicasUp(socket: string): Promise<readonly string[]> {
  return (await haproxyAnswer(socket, 'show stat'))
    .split('\n')
    .map((line) => line.split(','))
    .filter((fields) => fields[0] === BACKEND && fields[17]?.startsWith('UP'))
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
