import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { chaosMeshDriver } from '../../src/drivers/chaos-mesh.ts';
import type { ChaosMeshConfig } from '../../src/drivers/chaos-mesh/config.ts';

const run = promisify(execFile);

export function configOf(raw: unknown): ChaosMeshConfig {
  const parsed = chaosMeshDriver.parse(raw, 'config');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

export function contextFor(ms = 60_000, said: string[] = []): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(ms), say: (message) => said.push(message) };
}

export function entryOf(config: ChaosMeshConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: chaosMeshDriver.kind,
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}

/** Heals an undo entry, given as JSON, in a process of its own. */
export async function healElsewhere(entry: string): Promise<void> {
  await run(testTools().node, [program('heal'), entry]);
}

/** Injects in a process of its own, which can be killed. */
export function injectElsewhere(config: ChaosMeshConfig): ChildProcess {
  return spawn(testTools().node, [program('inject'), JSON.stringify(config)], { stdio: 'ignore' });
}

export async function until(condition: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${String(condition)}`);
    await systemClock.sleep(10);
  }
}

function program(name: string): string {
  return fileURLToPath(new URL(`./${name}.main.ts`, import.meta.url));
}
