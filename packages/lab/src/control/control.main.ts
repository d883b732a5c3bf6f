/**
 * Control command of a lab.
 * Usage: control.main.ts <lab directory> start|stop|kill|status <unit>
 * Prints the unit's state after it as one line of JSON. Exits 1 with a sentence when it cannot be done.
 */
import { argv, exit, stderr, stdout } from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { SiteControl } from './site-control.ts';

const verbs = ['start', 'stop', 'kill', 'status'] as const;
const [dir, verb, unit] = argv.slice(2);
const known = verbs.find((one) => one === verb);
if (dir === undefined || known === undefined || unit === undefined) {
  stderr.write(`Usage: control <lab directory> ${verbs.join('|')} <unit>\n`);
  exit(64);
}
try {
  const status = await new SiteControl(dir, systemClock)[known](unit);
  stdout.write(`${JSON.stringify(status)}\n`);
} catch (error) {
  stderr.write(`${reasonOf(error)}\n`);
  exit(1);
}
