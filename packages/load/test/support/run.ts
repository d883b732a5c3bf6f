import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { GeneratorSettings, Workload } from '@ordeal/shared/load/workload';
import { testTools } from '@ordeal/shared/testing/tools';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RunEvent } from '@ordeal/shared/timeline/event';
import type { UndoEntry } from '@ordeal/shared/undo/entry';

/** A run of its own directory, whose journal and open undo entries a test can look at. */
export interface TestRun {
  readonly context: RunContext;
  readonly settings: GeneratorSettings;
  readonly events: readonly RunEvent[];
  readonly open: readonly UndoEntry[];
  /** Every entry that was ever pushed. */
  readonly pushed: readonly UndoEntry[];
  readonly abort: (reason: Error) => void;
  clear(): void;
}

export function testRun(): TestRun {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-load-'));
  const events: RunEvent[] = [];
  const pushed: UndoEntry[] = [];
  const open: UndoEntry[] = [];
  const aborting = new AbortController();
  const clock = systemClock;
  return {
    settings: { k6: testTools().k6, anchor: anchorOf(clock) },
    events,
    open,
    pushed,
    abort: (reason) => aborting.abort(reason),
    clear: () => rmSync(dir, { recursive: true, force: true }),
    context: {
      runId: 'r1',
      dir,
      seed: 1,
      clock,
      signal: aborting.signal,
      journal: {
        append(event) {
          events.push(event);
          return { ...event, monotonicMs: clock.now(), at: new Date(clock.wall()).toISOString() };
        },
      },
      undo: {
        push(entry) {
          const sequence = pushed.length + 1;
          const full = {
            ...entry,
            id: String(sequence),
            sequence,
            createdAt: new Date(clock.wall()).toISOString(),
          };
          pushed.push(full);
          open.push(full);
          return full;
        },
        settle(id) {
          open.splice(
            open.findIndex((entry) => entry.id === id),
            1,
          );
        },
        open: () => open,
        markPromotion() {},
        clearPromotion() {},
        promotion: () => undefined,
        promotions: () => [],
      },
    },
  };
}

export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}.ts`, import.meta.url);
}

/** A workload of one journey, with whatever else a test wants. */
export function workloadOf(journey: string, entry: string, more: Partial<Workload> = {}): Workload {
  return {
    name: 'Test load',
    rate: 50,
    atMostSeconds: 60,
    journeys: [{ name: journey, file: fixture(journey), weight: 1 }],
    entry,
    headers: { 'x-key': 'secret' },
    timeoutMs: 3000,
    tenantHeader: 'x-tenant',
    tenants: ['acme', 'globex'],
    limitsMs: [50, 100],
    ...more,
  };
}

/** Waits until something holds, for at most `ms`. */
export async function until(what: string, holds: () => boolean, ms = 40_000): Promise<void> {
  const deadline = systemClock.now() + ms;
  while (!holds()) {
    if (systemClock.now() > deadline) throw new Error(`Within ${ms} ms it did not come about that ${what}`);
    await systemClock.sleep(20);
  }
}
