/**
 * One replica of a platform that the lab serves, as a container runs it: its settings are its environment.
 * Usage: replica.main.ts   with PLATFORM, REPLICA, REGION, DATABASE_A, DATABASE_B, REDIS_URL, and PGPASSWORD
 * Exits 64 with sentences when these are wrong.
 */
import process, { env, exit, stderr } from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { runReplica } from '../api/run-replica.ts';
import { replicaSettings } from './settings.ts';

const say = (line: string) => void stderr.write(`${line}\n`);

function settingsOrExit(): ReturnType<typeof replicaSettings> {
  try {
    return replicaSettings(env);
  } catch (error) {
    say(reasonOf(error));
    return exit(64);
  }
}

const { host, ...config } = settingsOrExit();
const running = runReplica(config, host, say);

async function leave(): Promise<void> {
  await (await running).leave();
  exit(0);
}
process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());

await running;
say(
  `${config.platform} ${config.version}, replica ${config.replica} of region ${config.region}, port ${config.port}`,
);
