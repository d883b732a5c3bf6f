import { connect } from 'node:net';
import type { ControlReply, ControlRequest, UnitStatus } from './protocol.ts';

/** Nobody listens on the control socket: the supervisor is gone, or not there yet. */
export class SupervisorAbsent extends Error {}

/** Asks a supervisor. Rejects with `SupervisorAbsent` when there is none, else with what it says is wrong. */
export async function ask(
  socketPath: string,
  request: ControlRequest,
  timeoutMs: number,
): Promise<UnitStatus> {
  const reply = await exchange(socketPath, request, timeoutMs);
  if (!reply.ok) throw new Error(reply.error);
  return reply.status;
}

function exchange(socketPath: string, request: ControlRequest, timeoutMs: number): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(socketPath, () => socket.write(`${JSON.stringify(request)}\n`));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          `The supervisor behind ${socketPath} did not answer "${request.verb} ${request.unit}" within ${timeoutMs / 1000} s.`,
        ),
      );
    }, timeoutMs);
    socket.on('data', (data) => {
      received += data.toString('utf8');
    });
    socket.on('error', () => {
      clearTimeout(timer);
      reject(new SupervisorAbsent(`No supervisor listens on ${socketPath}.`));
    });
    socket.on('end', () => {
      clearTimeout(timer);
      if (received === '')
        reject(new SupervisorAbsent(`The supervisor behind ${socketPath} has just ended.`));
      else resolve(JSON.parse(received) as ControlReply);
    });
  });
}

/** Whether somebody listens on the control socket. */
export function listens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
