import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverEntry, Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { processIdentity } from '@ordeal/shared/process/identity';
import { writeDurably } from '@ordeal/shared/files/durable-file';

/** What `recover` and the guardian need of a run without reading the platform file again. */
export interface RunFile {
  readonly run: string;
  /** The runner's process: while it lives, nobody else heals. */
  readonly runner: string;
  readonly platform: string;
  readonly startedAt: string;
  readonly stores: Readonly<Record<string, DriverEntry>>;
  /** Name of the scenario's failback phase; null when it has none. */
  readonly failback: string | null;
}

/** Written before anything is done. Readable by its owner alone: a store's address may hold a password. */
export function saveRunFile(
  dir: string,
  run: {
    readonly run: string;
    readonly pid: number;
    readonly platform: Platform;
    readonly scenario: Scenario;
    readonly startedAt: Date;
  },
): void {
  const file: RunFile = {
    run: run.run,
    runner: processIdentity(run.pid) ?? `${run.pid}@unknown`,
    platform: run.platform.name,
    startedAt: run.startedAt.toISOString(),
    stores: run.platform.stores,
    failback: failbackOf(run.scenario),
  };
  writeDurably(join(dir, 'run.json'), JSON.stringify(file));
}

function failbackOf({ phases }: Scenario): string | null {
  const phase = phases.find((one) => one.phase === 'drill' && one.drill.kind === 'failback');
  return phase?.name ?? null;
}

/** Reads it; undefined when the directory holds no run. */
export function readRunFile(dir: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}
