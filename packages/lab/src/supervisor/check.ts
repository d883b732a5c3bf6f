import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { connect } from 'node:net';
import type { Check } from './config.ts';

/** Makes a check once. Never rejects: what fails, or takes too long, does not hold. */
export function holds(check: Check): Promise<boolean> {
  switch (check.kind) {
    case 'http':
      return httpHolds(check.url, check.timeoutMs);
    case 'tcp':
      return tcpHolds(check);
    case 'command':
      return commandHolds(check.argv, check.timeoutMs);
  }
}

function httpHolds(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode < 400);
    });
    request.on('error', () => resolve(false));
    // A timer and not the socket's idle timeout: an answer that trickles is no answer.
    const timer = setTimeout(() => request.destroy(new Error('too slow')), timeoutMs);
    request.on('close', () => clearTimeout(timer));
  });
}

function tcpHolds(check: Extract<Check, { kind: 'tcp' }>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port: check.port, host: '127.0.0.1' });
    const timer = setTimeout(() => end(false), check.timeoutMs);
    let seen = '';
    const end = (held: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(held);
    };
    socket.on('connect', () => socket.write(check.send));
    socket.on('data', (data) => {
      seen += data.toString('latin1');
      if (seen.includes(check.expect)) end(true);
    });
    socket.on('error', () => end(false));
    socket.on('end', () => end(false));
  });
}

function commandHolds(argv: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: 'ignore', env: {}, timeout: timeoutMs });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
