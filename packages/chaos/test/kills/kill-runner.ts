import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { expect } from 'vitest';
import { program } from '../fixtures/supervised.ts';
import { until } from '../fixtures/toxiproxy.ts';

/** Moments for each driver: continuous integration tries a few, `npm run prove -- chaos-kills` a hundred. */
export const MOMENTS = Number(process.env['ORDEAL_PROVE_CHAOS_KILLS'] ?? 2);
export const PROVING = process.env['ORDEAL_PROVE_CHAOS_KILLS'] !== undefined;

/** What a proof holds the guardian to; a busy machine gets longer in continuous integration. */
export const HEALED_WITHIN_MS = PROVING ? 1_000 : 20_000;

export interface Kill {
  readonly driver: string;
  readonly config: unknown;
  /** Milliseconds from the runner's beginning to its end by SIGKILL. */
  readonly afterMs: number;
  readonly holdMs: number;
  readonly healedWithinMs: number;
}

/**
 * Lets a runner inject and heal again and again under its guardian, and kills it. Resolves once the guardian has
 * ended, with the milliseconds from the kill until nothing was open any more.
 */
export async function killOnce({ driver, config, afterMs, holdMs, healedWithinMs }: Kill): Promise<number> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-killed-'));
  const faults = JSON.stringify([{ driver, config, revives: 'nothing' }]);
  const args = [program('runner'), runDir, faults, String(holdMs)];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await systemClock.sleep(afterMs);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  const from = systemClock.now();
  await exited;
  const ledger = openFileUndoLedger(runDir, systemClock);
  await until(async () => ledger.open().length === 0, healedWithinMs);
  const took = systemClock.now() - from;
  await until(async () => /left 0/.test(readFileSync(join(runDir, 'guardian.log'), 'utf8')));
  rmSync(runDir, { recursive: true, force: true });
  return took;
}

/** Prints how long healing took: a figure, and no part of the test but in a proof. */
export function report(what: string, took: readonly number[]): void {
  if (took.length === 0) return;
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(0);
  console.log(`${what}: healed after the kill: median ${at(0.5)} ms, most ${at(1)} ms, n = ${took.length}`);
}
