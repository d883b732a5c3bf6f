import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
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
  /** Looks at the targets, past the driver, for what is left. */
  left(): Promise<readonly string[]>;
  works(): Promise<boolean>;
}

/** What became of one kill; times in milliseconds from it. */
export interface Kill {
  /** Until the targets showed nothing for good. */
  readonly goneMs: number;
  /** Until the guardian had also looked a second time, and settled everything. */
  readonly settledMs: number;
  /** Whether a fault was on its way in, in, or on its way out. */
  readonly underWay: boolean;
  /** What was there in the end. */
  readonly residue: readonly string[];
}

const HOLD_MS = 40;

/**
 * Lets a runner inject and heal again and again under its guardian, and kills it: so many times. Judges nothing, so
 * that everything is tried and a proof that fails tells how often.
 */
export async function killRunners(storm: Storm): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  for (let time = 0; time < storm.times; time += 1) kills.push(await killOne(storm));
  return kills;
}

/** Those that left something, or were gone too late. */
export function misses(kills: readonly Kill[], goneWithinMs: number): readonly Kill[] {
  return kills.filter(({ goneMs, residue }) => residue.length > 0 || !(goneMs <= goneWithinMs));
}

/** A runner that was killed at a random moment, and what it and its guardian have written. */
export interface Killed {
  readonly runDir: string;
  /** When the signal was sent. */
  readonly at: number;
  open(): readonly UndoEntry[];
  guardianSays(): string;
}

/** `meanwhile` happens at the same moment as the kill. */
export async function killRunner(
  { driver, config, latestMs }: Pick<Storm, 'driver' | 'config' | 'latestMs'>,
  { holdMs = HOLD_MS, meanwhile }: { readonly holdMs?: number; readonly meanwhile?: () => void } = {},
): Promise<Killed> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-killed-'));
  const faults = JSON.stringify([{ driver, config, revives: 'nothing' }]);
  const args = [program('runner'), runDir, faults, String(holdMs)];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const crashed = exited.then(() => Promise.reject(new Error('the runner has ended before it began')));
  crashed.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), crashed]);
  await systemClock.sleep(Math.random() * latestMs);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  const at = systemClock.now();
  meanwhile?.();
  await exited;
  const ledger = openFileUndoLedger(runDir, systemClock);
  return {
    runDir,
    at,
    open: () => ledger.open(),
    guardianSays: () => readFileSync(join(runDir, 'guardian.log'), 'utf8'),
  };
}

async function killOne(storm: Storm): Promise<Kill> {
  const { driver, left, works } = storm;
  const { runDir, at: from, open, guardianSays } = await killRunner(storm);
  const underWay = open().length > 0;
  let goneAt: number | undefined;
  const look = async (): Promise<readonly string[]> => {
    const there = await left();
    // Gone by the answer of the first look that shows nothing, when none shows anything after it.
    goneAt = there.length > 0 ? undefined : (goneAt ?? systemClock.now());
    return there;
  };
  const settled = await within(async () => {
    await look();
    return open().length === 0;
  });
  const settledMs = systemClock.now() - from;
  const ended = await within(async () => /left 0/.test(guardianSays()));
  const residue = [
    ...(await look()),
    ...open().map(({ id }) => `the undo entry ${id}`),
    ...((await works()) ? [] : ['a target that does not work']),
    ...(settled && ended ? [] : [`a guardian that has not ended: ${guardianSays()}`]),
  ];
  if (residue.length === 0) rmSync(runDir, { recursive: true, force: true });
  else console.error(`${driver}: left after a kill (${runDir}): ${residue.join('; ')}`);
  return { goneMs: (goneAt ?? Number.POSITIVE_INFINITY) - from, settledMs, underWay, residue };
}

async function within(condition: () => Promise<boolean>): Promise<boolean> {
  return until(condition, SETTLED_WITHIN_MS).then(
    () => true,
    () => false,
  );
}

/** Prints one line: how many were killed, what they left, and how long that took. Figures, but in a proof. */
export function report(driver: string, kills: readonly Kill[], goneWithinMs: number): void {
  if (kills.length === 0) return;
  const words = (['goneMs', 'settledMs'] as const).map((which) => {
    const sorted = kills.map((kill) => kill[which]).toSorted((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? 0).toFixed(0);
    return `${which === 'goneMs' ? 'gone' : 'settled'} after ${at(0.5)} ms (most ${at(1)})`;
  });
  const inTime = kills.filter(({ goneMs }) => goneMs <= goneWithinMs).length;
  const leftover = kills.filter(({ residue }) => residue.length > 0).length;
  console.log(
    `${driver}: ${kills.length} runners killed (${kills.filter((kill) => kill.underWay).length} with a fault under way), nothing left within ${goneWithinMs / 1000} s after ${inTime}, residue after ${leftover}; ${words.join(', ')}`,
  );
}
