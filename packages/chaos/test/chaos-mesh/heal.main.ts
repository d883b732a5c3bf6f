/**
 * Heals one undo entry from its JSON alone.
 * Usage: heal.main.ts <entry>
 */
import { argv } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';

await chaosMeshDriver.heal(JSON.parse(argv[2] ?? '') as UndoEntry, {
  clock: systemClock,
  signal: AbortSignal.timeout(60_000),
  say: () => undefined,
});
