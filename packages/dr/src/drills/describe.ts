import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { wantedBackup } from '@ordeal/shared/scenario/fresh-backup';
import { timesInWords } from '../runbook/step-times.ts';
import { floor } from './stable.ts';
import { timesOf } from './step-times.ts';
import { runbooks } from './runbooks.ts';

/** What a drill would do, step by step, without doing any of it, and the way back from each step. */
export function describeDrill(phase: DrillPhase): readonly string[] {
  const { rto, rpo } = phase.targets;
  let wayBack: string | undefined;
  return [
    ...runbooks[phase.drill.kind].map((step, index) => {
      const within = timesInWords(timesOf(step, phase, undefined));
      const next = step.wayBack?.(phase);
      const changed = next !== undefined && next !== wayBack;
      wayBack = next ?? wayBack;
      const back = changed ? `. If it ends from here on: ${wayBack}` : '';
      return `${index + 1}. ${step.name}: ${step.plan(phase)}${within}${back}`;
    }),
    ...backupSentence(phase),
    `Targets: recovery time ${rto} s, recovery point ${rpo} s. It takes at most ${mostSeconds(phase)} s once it has begun, longer only where two of the store's leases are longer than ${phase.stableFor} s${offTheLab(phase)}.`,
  ];
}

function backupSentence(phase: DrillPhase): readonly string[] {
  // Which ones the platform has is not known here, and those of others are worth nothing.
  const wanted = wantedBackup(phase, ['any backup of the platform'], 'old-primary');
  if (wanted.how === 'none') {
    return phase.freshBackup === undefined ? [] : [`No fresh backup is asked for: ${wanted.why}.`];
  }
  const where =
    phase.drill.kind === 'observe'
      ? ', where it has any and the fault can take its primary away'
      : ', where it has any';
  const has = phase.freshBackup === undefined ? where : '';
  return [`Refused unless ${wanted.of.join(' or ')} is at most ${wanted.within} s old${has}.`];
}

function mostSeconds(phase: DrillPhase): number {
  const confirm = Math.max(phase.stableFor, phase.stableAttempts * phase.probeEvery) + phase.probeTimeout;
  // One that only observes looks as long again at what comes back.
  const times = phase.drill.kind === 'observe' ? 2 : 1;
  return Math.ceil(phase.ledgerLead + times * (phase.deadline + confirm));
}

function offTheLab({ stableFor, stableAttempts }: DrillPhase): string {
  const isLess = stableFor < floor.seconds || stableAttempts < floor.attempts;
  return isLess
    ? `, or off the lab, where clients must be well for ${floor.seconds} s and ${floor.attempts} attempts at least`
    : '';
}
