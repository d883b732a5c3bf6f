/**
 * One replica of the reference platform's API.
 * Usage: api.main.ts <config.json>
 */
import { readFileSync } from 'node:fs';
import process, { argv, exit, stderr } from 'node:process';
import type { ApiConfig } from './config.ts';
import { runReplica } from './run-replica.ts';

const config = JSON.parse(readFileSync(argv[2]!, 'utf8')) as ApiConfig;
const running = runReplica(config, '127.0.0.1', (line) => void stderr.write(`${line}\n`));

async function leave(): Promise<void> {
  await (await running).leave();
  exit(0);
}
process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());

await running;
