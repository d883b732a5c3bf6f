/** Heals one undo entry of the kubernetes driver from its JSON alone. Usage: kubernetes-heal.main.ts <entry> */
import { argv, stdout } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';

await kubernetesDriver.heal(JSON.parse(argv[2] ?? '') as UndoEntry, {
  clock: systemClock,
  signal: AbortSignal.timeout(30_000),
  say: (message) => stdout.write(`${message}\n`),
});
