import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coordination, DriverEntry, Platform } from '@ordeal/shared/platform/platform';
import { isReturn } from '@ordeal/shared/scenario/drill-parts';
import type { DrillPhase, Scenario } from '@ordeal/shared/scenario/scenario';
import { processIdentity } from '@ordeal/shared/process/identity';
import { processPlace, type ProcessPlace } from '@ordeal/shared/process/place';
import { writeDurably } from '@ordeal/shared/files/durable-file';
import { writeWhole } from '@ordeal/shared/files/whole-file';
import { onlyAsks } from './only-asks.ts';

/** What `recover` and the guardian need of a run without reading the platform file again. */
export interface RunFile {
  readonly run: string;
  /** The runner's process: while it lives, nobody else heals. */
  readonly runner: string;
  /** Where that process was started: anywhere else its identity means nothing. Absent in files of an older ordeal. */
  readonly place?: ProcessPlace;
  readonly platform: string;
  /** What a lease on the platform goes by. Absent in files of an older ordeal. */
  readonly entry?: string;
  readonly coordination?: Coordination;
  readonly startedAt: string;
  readonly stores: Readonly<Record<string, DriverEntry>>;
  /** With the regions to which each leads when nothing is wrong. Absent in files of an older ordeal. */
  readonly routes?: Readonly<Record<string, DriverEntry & { readonly usual: readonly string[] }>>;
  /** Absent in files of an older ordeal. */
  readonly scenario?: string;
  /** By the name of a drill that moves something away or back: the phase that brings it back. */
  readonly wayBack?: Readonly<Record<string, string>>;
  /** The same, while a node is fenced. Absent in files of an older ordeal. */
  readonly rejoin?: Readonly<Record<string, string>>;
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
  const { coordination } = run.platform.guardrails;
  const file: RunFile = {
    run: run.run,
    runner: processIdentity(run.pid) ?? `${run.pid}@unknown`,
    place: processPlace(),
    platform: run.platform.name,
    entry: run.platform.entry,
    ...(coordination === undefined ? {} : { coordination }),
    startedAt: run.startedAt.toISOString(),
    stores: run.platform.stores,
    routes: routesOf(run.platform),
    scenario: run.scenario.name,
    ...waysBack(run.scenario),
  };
  // What is left of a run that only asks is nothing: that outlives its process, and need not outlive a power cut.
  const write = onlyAsks(run.scenario) ? writeWhole : writeDurably;
  write(runFilePath(dir), JSON.stringify(file));
}

function routesOf({ routes, regions }: Platform): NonNullable<RunFile['routes']> {
  return Object.fromEntries(
    Object.entries(routes).map(([name, { driver, config, usually = regions }]) => [
      name,
      { driver, config, usual: usually },
    ]),
  );
}

function waysBack({ phases }: Scenario): Required<Pick<RunFile, 'wayBack' | 'rejoin'>> {
  const drills = phases.filter((phase): phase is DrillPhase => phase.phase === 'drill');
  const named = (backOf: (phase: DrillPhase, index: number) => DrillPhase | undefined) =>
    Object.fromEntries(
      drills.flatMap((phase, index) => {
        const back = backOf(phase, index);
        return back === undefined ? [] : [[phase.name, back.name]];
      }),
    );
  return {
    wayBack: named((phase, index) => wayBackOf(phase, drills.slice(index), drills)),
    rejoin: named((phase) => rejoinOf(phase, drills)),
  };
}

/** What brings back what a drill has moved, as long as it has not come back. */
function wayBackOf(
  phase: DrillPhase,
  next: readonly DrillPhase[],
  all: readonly DrillPhase[],
): DrillPhase | undefined {
  switch (phase.drill.kind) {
    case 'failover':
    case 'evacuate':
    case 'failback':
    case 'return':
      return next.find((one) => one.store === phase.store && isReturn(one.drill));
    case 'switchover':
      return rejoinOf(phase, all);
    case 'observe':
      return undefined;
  }
}

/** What brings it back also where a node is fenced and follows nobody: only a failback makes it a standby first. */
function rejoinOf({ drill, store }: DrillPhase, all: readonly DrillPhase[]): DrillPhase | undefined {
  if (drill.kind === 'observe' || isReturn(drill)) return undefined;
  return all.find(
    (one) => one.store === store && one.drill.kind === 'failback' && one.drill.to === drill.from,
  );
}

export function runFilePath(dir: string): string {
  return join(dir, 'run.json');
}

/** Reads it; undefined when the directory holds no run, or none that this user may read. */
export function readRunFile(dir: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(runFilePath(dir), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}
