/**
 * Keeps the processes of one site of the lab running, as a kubelet or systemd would.
 * Usage: supervisor.main.ts <config.json>
 */
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import process, { argv, exit, pid, stderr } from 'node:process';
import { processIdentity } from '@ordeal/shared/process/identity';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { ControlReply, ControlRequest } from '../control/protocol.ts';
import { inLab } from '../layout/paths.ts';
import type { SupervisorConfig } from './config.ts';
import { runFiles } from './run-files.ts';
import { SupervisedSite } from './supervised-site.ts';

const config = JSON.parse(readFileSync(argv[2]!, 'utf8')) as SupervisorConfig;
const files = runFiles(config.labDir, config.site);
if (files.alive() !== undefined) {
  stderr.write(`Another supervisor of ${config.site} is there already.\n`);
  exit(0);
}
files.started(processIdentity(pid)!);

const site = new SupervisedSite(config, systemClock);
const socketPath = inLab.socket(config.labDir, config.site);

async function leave(): Promise<never> {
  await site.end();
  files.ended();
  rmSync(socketPath, { force: true });
  exit(0);
}
process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());

rmSync(socketPath, { force: true });
await site.begin();
const server = createServer((socket) => {
  let received = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    received += data.toString('utf8');
    if (received.endsWith('\n')) void answer(received);
  });
  async function answer(text: string): Promise<void> {
    let reply: ControlReply;
    let leaving = false;
    try {
      const request = JSON.parse(text) as ControlRequest;
      reply = { ok: true, status: await site.handle(request) };
      leaving = request.verb === 'stop' && request.unit === config.site;
    } catch (error) {
      reply = { ok: false, error: reasonOf(error) };
    }
    socket.end(`${JSON.stringify(reply)}\n`, () => {
      if (leaving) void leave();
    });
  }
});
server.listen(socketPath);
