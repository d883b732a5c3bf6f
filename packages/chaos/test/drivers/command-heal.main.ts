/** Heals one undo entry of the command driver from its JSON alone. Usage: command-heal.main.ts <entry> */
import { argv } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { commandDriver } from '../../src/drivers/command.ts';

await commandDriver.heal(JSON.parse(argv[2] ?? '') as UndoEntry, {
  clock: systemClock,
  signal: AbortSignal.timeout(20_000),
  say: () => undefined,
});
