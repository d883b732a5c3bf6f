/** Injects by the command driver, and stays. Usage: command-inject.main.ts <configuration> */
import { argv, stdout } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { commandDriver } from '../../src/drivers/command.ts';

const parsed = commandDriver.parse(JSON.parse(argv[2] ?? ''), 'config');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
stdout.write('injecting\n');
await commandDriver.inject(parsed.value, {
  clock: systemClock,
  signal: new AbortController().signal,
  say: () => undefined,
});
stdout.write('injected\n');
await systemClock.sleep(600_000);
