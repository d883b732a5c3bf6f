import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { runbooks } from './runbooks.ts';

/** What a drill would do, step by step, without doing any of it, and the way back from each step. */
export function describeDrill(phase: DrillPhase): readonly string[] {
  const { rto, rpo } = phase.targets;
  let wayBack: string | undefined;
  return [
    ...runbooks[phase.drill.kind].map((step, index) => {
      const target = step.target(phase);
      const within = target === null ? '' : ` (target ${target} s)`;
      const next = step.wayBack?.(phase);
      const changed = next !== undefined && next !== wayBack;
      wayBack = next ?? wayBack;
      const back = changed ? `. If it ends from here on: ${wayBack}` : '';
      return `${index + 1}. ${step.name}: ${step.plan(phase)}${within}${back}`;
    }),
    `Targets: recovery time ${rto} s, recovery point ${rpo} s. It takes at most ${mostSeconds(phase)} s once it has begun, longer only where two of the store's leases are longer than ${phase.stableFor} s.`,
  ];
}

function mostSeconds(phase: DrillPhase): number {
  const confirm = Math.max(phase.stableFor, phase.stableAttempts * phase.probeEvery) + phase.probeTimeout;
  return Math.ceil(phase.ledgerLead + phase.deadline + confirm);
}
