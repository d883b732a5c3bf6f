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
export const GONE_WITHIN_MS = PROVING ? 1_000 : 20_000;
const SETTLED_WITHIN_MS = 60_000;

export interface Storm {
  readonly driver: string;
  readonly config: unknown;
  readonly times: number;
  /** A runner is killed at a random moment no later than this after it began, in milliseconds. */
  readonly latestMs: number;
  readonly goneWithinMs: number;
  /** Looks at the targets, past the driver, for what is left. */
  left(): Promise<readonly string[]>;
  works(): Promise<boolean>;
}

/** Milliseconds from a kill. */
export interface Kill {
  /** Until the targets showed nothing for good. */
  readonly goneMs: number;
  /** Until the guardian had also looked a second time, and settled everything. */
  readonly settledMs: number;
}

const HOLD_MS = 40;

/**
 * Lets a runner inject and heal again and again under its guardian, and kills it: so many times. Everything is tried
 * before anything is judged, so that a proof that fails tells how often.
 */
export async function killRunners(storm: Storm): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  for (let time = 0; time < storm.times; time += 1) kills.push(await killOne(storm));
  const late = kills.filter(({ goneMs }) => goneMs > storm.goneWithinMs);
  expect(late, `${late.length} of ${kills.length} later than ${storm.goneWithinMs} ms`).toEqual([]);
  return kills;
}

async function killOne({ driver, config, latestMs, left, works }: Storm): Promise<Kill> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-killed-'));
  const faults = JSON.stringify([{ driver, config, revives: 'nothing' }]);
  const args = [program('runner'), runDir, faults, String(HOLD_MS)];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const crashed = exited.then(() => Promise.reject(new Error('the runner has ended before it began')));
  crashed.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), crashed]);
  await systemClock.sleep(Math.random() * latestMs);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  const from = systemClock.now();
  await exited;
  const ledger = openFileUndoLedger(runDir, systemClock);
  let lastSeen = from;
  await until(async () => {
    const asked = systemClock.now();
    // What shows something was there when it was asked; what shows nothing has to show it to the end.
    if ((await left()).length > 0) lastSeen = asked;
    return ledger.open().length === 0;
  }, SETTLED_WITHIN_MS);
  const settledMs = systemClock.now() - from;
  await until(async () => /left 0/.test(readFileSync(join(runDir, 'guardian.log'), 'utf8')));
  expect(await left()).toEqual([]);
  expect(await works()).toBe(true);
  rmSync(runDir, { recursive: true, force: true });
  return { goneMs: lastSeen - from, settledMs };
}

/** Prints how long it took: a figure, and no part of the test but in a proof. */
export function report(what: string, kills: readonly Kill[]): void {
  const words = (['goneMs', 'settledMs'] as const).map((which) => {
    const sorted = kills.map((kill) => kill[which]).toSorted((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(0);
    return `${which === 'goneMs' ? 'gone' : 'settled'} after ${at(0.5)} ms (most ${at(1)})`;
  });
  if (kills.length > 0) console.log(`${what}, after a kill: ${words.join(', ')}, n = ${kills.length}`);
}
