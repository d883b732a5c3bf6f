/**
 * Injects a fault and waits for its acknowledgement, to be killed meanwhile.
 * Usage: inject.main.ts <configuration>
 */
import { argv } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';

const parsed = chaosMeshDriver.parse(JSON.parse(argv[2] ?? ''), 'argument');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
await chaosMeshDriver.inject(parsed.value, {
  clock: systemClock,
  signal: AbortSignal.timeout(60_000),
  say: () => undefined,
});
