/**
 * Makes the tables of a platform that the lab serves, as a job of a cluster runs it.
 * Usage: fill-database.main.ts   with PLATFORM, DATABASE_A, DATABASE_B, and PGPASSWORD
 * Exits 64 with sentences when these are wrong, and 1 when the database was not to be had for ten minutes.
 */
import { env, exit, stderr } from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { fillDatabase } from './fill-database.ts';
import { databaseSettings } from './settings.ts';

const WITHIN_MS = 600_000;

const say = (line: string) => void stderr.write(`${line}\n`);

function settingsOrExit(): ReturnType<typeof databaseSettings> {
  try {
    return databaseSettings(env);
  } catch (error) {
    say(reasonOf(error));
    return exit(64);
  }
}

const settings = settingsOrExit();
try {
  const deadline = systemClock.now() + WITHIN_MS;
  say(`the tables ${await fillDatabase(settings, { clock: systemClock, deadline, say })}`);
} catch (error) {
  say(reasonOf(error));
  exit(1);
}
