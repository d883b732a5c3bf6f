import { rmSync } from 'node:fs';
import { echo } from 'zx';
import type { DrillRecord, RestoreRecord } from '../../packages/shared/src/record/record.ts';
import { restoreInWords } from '../../packages/shared/src/report/restore-words.ts';
import { newestRecord, ordeal, workplace } from '../ordeal.ts';

const LAB = `prove-${process.pid}`;
const COMMAND = ['drill', '--scenario', 'recovery', '--pace', 'short', '--lab'] as const;

/** Drills of the healthy lab, and which of them nothing was found in. */
export interface HealthyDrills {
  readonly drills: readonly string[];
  readonly well: number;
  /** Runs that exited with 0, and all. */
  readonly passes: number;
  readonly rounds: number;
}

/** The healthy lab passes every drill of the scenario for recovery. Prints what each drill measured. */
export async function proveRecovery(rounds: number): Promise<boolean> {
  const { passes } = await drillHealthyLab(rounds);
  echo(`recovery: ${passes} of ${rounds} passed (each: npx ordeal ${COMMAND.join(' ')})`);
  return passes === rounds;
}

/** Runs every drill of the scenario for recovery, so often, each time on a lab of its own. */
export async function drillHealthyLab(rounds: number): Promise<HealthyDrills> {
  const drills: string[] = [];
  let [well, passes] = [0, 0];
  for (let round = 1; round <= rounds; round += 1) {
    const cwd = workplace();
    const ended = await ordeal(cwd, ...COMMAND, '--lab-name', LAB);
    const record = newestRecord(cwd);
    const rows =
      record === undefined ? [] : [...record.drills.map(ofDrill), ...(record.restores ?? []).map(ofRestore)];
    echo(`  ${round}: exit ${ended.code} after ${ended.seconds.toFixed(0)} s, ${rows.length} drills`);
    for (const [name, said] of rows) echo(`     ${name}: ${said}`);
    const bad = new Set(
      record?.findings.filter((one) => one.outcome !== 'pass').map((one) => one.window.split('/')[0]),
    );
    drills.push(...rows.map(([name]) => name));
    well += rows.filter(([name]) => !bad.has(name)).length;
    if (ended.code === 0) {
      passes += 1;
      rmSync(cwd, { recursive: true, force: true });
    } else echo(`${ended.output.split('\n').slice(-40).join('\n')}\n  evidence: ${cwd}`);
  }
  return { drills, well, passes, rounds };
}

function ofDrill({ name, rto, rpo, flaps, writers }: DrillRecord): readonly [string, string] {
  return [
    name,
    `recovered after ${span(rto)} (target ${rto.target} s), ${rpo.lost} of ${rpo.acknowledged} acknowledged writes ` +
      `lost, ${flaps} flaps, two writers ${writers?.outcome ?? 'not looked for'}`,
  ];
}

function ofRestore(restore: RestoreRecord): readonly [string, string] {
  const { name, kind, seconds, backupAgeSeconds, failed } = restore;
  if (kind === 'archiving') return [name, failed ?? restoreInWords(restore)];
  // A drill that only asks how old the backup is has restored nothing.
  const restored = kind === 'backup-freshness' ? '' : `, restored and proven in ${span(seconds)}`;
  return [name, failed ?? `backup ${span(backupAgeSeconds)} old${restored}`];
}

function span({ low, high }: { readonly low: number; readonly high: number | null }): string {
  return `${low.toFixed(2)} to ${high === null ? '∞' : high.toFixed(2)} s`;
}
