import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { failback } from './failback.ts';
import { failover } from './failover.ts';

/** What a drill would do, step by step, without doing any of it. */
export function describeDrill(phase: DrillPhase): readonly string[] {
  const steps = phase.drill.kind === 'failover' ? failover : failback;
  const { rto, rpo } = phase.targets;
  return [
    ...steps.map((step, index) => {
      const target = step.target(phase);
      const within = target === null ? '' : ` (target ${target} s)`;
      return `${index + 1}. ${step.name}: ${step.plan(phase)}${within}`;
    }),
    `Targets: recovery time ${rto} s, recovery point ${rpo} s. It takes at most ${mostSeconds(phase)} s once it has begun.`,
    phase.drill.kind === 'failover'
      ? `If it ends before the fence, region ${phase.drill.from} is restored. After that its old primary stays fenced until a failback.`
      : `If it ends before the promotion, region ${phase.drill.from} keeps or gets back the primary. After that it stays fenced until it has rejoined.`,
  ];
}

function mostSeconds(phase: DrillPhase): number {
  const confirm = Math.max(phase.stableFor, phase.stableAttempts * phase.probeEvery) + phase.probeTimeout;
  return Math.ceil(phase.ledgerLead + phase.deadline + confirm);
}
