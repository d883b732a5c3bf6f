/** Says where the route of a platform on Kubernetes leads to. Usage: route.main.ts <platform> */
import { join } from 'node:path';
import { argv, env, execPath, stdout } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Edge } from '../../../src/edge.ts';
import { loadPlatform } from '../../../src/load/load-platform.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..', '..');
const edge = { cwd: root, root, node: execPath, env } as unknown as Edge;
const { drivers } = await loadPlatform(argv[2] ?? '', edge, undefined, 'kubernetes');
const { regions } = await drivers.route('global').status({
  clock: systemClock,
  signal: AbortSignal.timeout(60_000),
  say: () => undefined,
});
stdout.write(`${JSON.stringify(regions)}\n`);
