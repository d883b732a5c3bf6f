import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import type { DrillPhase, Phase } from '@ordeal/shared/scenario/scenario';
import type { Platform } from '@ordeal/shared/platform/platform';
import { CommandError, exitCodes } from '../command-error.ts';

/** What may be asked for by name. A region is evacuated, and returned to. */
export const drillKinds = [
  'failover',
  'failback',
  'switchover',
  'region',
  'observe',
  'restore',
  'point-in-time',
  'backup-freshness',
  'archiving',
] as const;

/** The drills of a scenario that are asked for. */
export interface DrillRequest {
  readonly kind: (typeof drillKinds)[number];
  /** Of a restore: the moment whose state is wanted, as an ISO time. */
  readonly at?: string;
}

/**
 * The phases of a kind, and the load that drills run under. A failover brings its failback along: nobody wants to be
 * left with a lost region.
 */
export function pickDrills(
  phases: readonly Phase[],
  { kind, at }: DrillRequest,
  platform: Platform,
): readonly Phase[] {
  const picked =
    at === undefined ? phases.filter((phase) => isOf(kind, phase)) : restoreAt(phases, at, platform);
  if (picked.length === 0) {
    const there = [...new Set(phases.flatMap((phase) => kindOf(phase) ?? []))];
    throw new CommandError(
      `The scenario has no drill of kind ${kind}${at === undefined ? '' : ' at a moment'}: it has ${there.join(', ') || 'none'}. ` +
        'Add a phase to it, or choose another with --scenario.',
      exitCodes.usage,
    );
  }
  if (picked.every((phase) => phase.phase === 'restore')) return picked;
  return phases.flatMap((phase) => {
    if (picked.includes(phase)) return [phase];
    // Nothing is asked of the load itself. A shape ends by itself: nothing runs under it.
    if (phase.phase !== 'load' || isShaped(phase)) return [];
    return [{ ...phase, judgeFor: 1, objectives: [] }];
  });
}

function isOf(kind: DrillRequest['kind'], phase: Phase): boolean {
  const of = kindOf(phase);
  return of === kind || (kind === 'failover' && of === 'failback');
}

function kindOf(phase: Phase): DrillRequest['kind'] | undefined {
  if (phase.phase === 'restore') return phase.drill.kind;
  if (phase.phase !== 'drill') return undefined;
  const { kind } = (phase as DrillPhase).drill;
  return kind === 'evacuate' || kind === 'return' ? 'region' : kind;
}

/** Of a moment that is past there are no markers, and the age of a backup says nothing. */
function restoreAt(phases: readonly Phase[], at: string, platform: Platform): readonly RestorePhase[] {
  const phase = phases.find(
    (one): one is RestorePhase => one.phase === 'restore' && one.drill.kind === 'point-in-time',
  );
  if (phase === undefined) return [];
  const objectives = phase.objectives.filter((name) => {
    const signal = platform.objectives[name]?.signal;
    return signal?.from === 'restore' && signal.measure === 'seconds';
  });
  return [{ ...phase, drill: { kind: 'point-in-time', at }, objectives }];
}
