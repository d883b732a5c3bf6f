import type { Elsewhere } from '../platform/elsewhere.ts';
import type { Phase, WrittenScenario } from './scenario.ts';

/** A phase that its scenario has, and that is not run where the platform is. */
export interface NotRunPhase {
  readonly name: string;
  readonly title: string;
  readonly kind: Phase['phase'];
  /** What it needs that is not there, and why. */
  readonly why: string;
  /** Objectives that no other phase judges: of these nothing is known. */
  readonly notJudged: readonly string[];
}

type WrittenPhase = WrittenScenario['phases'][number];

/** Takes out the phases that need what the platform has elsewhere only. Without any, the scenario is as it was. */
export function takeOutNotRun(
  scenario: WrittenScenario,
  elsewhere: Elsewhere | undefined,
): { readonly scenario: WrittenScenario; readonly notRun: readonly NotRunPhase[] } {
  const out = new Map(
    scenario.phases.flatMap((phase) => {
      const why = whyNot(phase, elsewhere ?? {});
      return why === undefined ? [] : [[phase, why] as const];
    }),
  );
  if (out.size === 0) return { scenario, notRun: [] };
  const phases = scenario.phases.filter((phase) => !out.has(phase));
  const judged = new Set(phases.flatMap(objectivesOf));
  return {
    scenario: { ...scenario, phases },
    notRun: [...out].map(([phase, why]) => ({
      name: phase.name,
      title: phase.title,
      kind: phase.phase,
      why,
      notJudged: [...new Set(objectivesOf(phase))].filter((name) => !judged.has(name)),
    })),
  };
}

/** In a sentence, for plans and verdicts. */
export function notRunInWords({ name, why, notJudged }: NotRunPhase): string {
  const names = notJudged.map((objective) => `"${objective}"`).join(', ');
  const judged = notJudged.length === 0 ? 'all that it judges is judged elsewhere' : `not judged: ${names}`;
  return `${name} is not run here: ${why}; ${judged}`;
}

function whyNot(
  phase: WrittenPhase,
  { backups, deployments, faults, limits }: Elsewhere,
): string | undefined {
  switch (phase.phase) {
    case 'restore':
      return backups?.[phase.backup];
    case 'deploy':
      return deployments?.[phase.deployment];
    case 'limit':
      return limits?.[phase.limit];
    case 'experiment': {
      const needed = phase.faults ?? (phase.fault === undefined ? [] : [phase.fault]);
      return needed.flatMap((fault) => faults?.[fault] ?? []).at(0);
    }
    case 'drill':
      return phase.freshBackup === undefined || 'without' in phase.freshBackup
        ? undefined
        : backups?.[phase.freshBackup.backup];
    default:
      return undefined;
  }
}

/** Names of what a phase judges, as its file has them: what is no phase at all judges nothing, and is told of later. */
function objectivesOf(phase: WrittenPhase): readonly string[] {
  const { objectives, during, result } = phase as {
    readonly objectives?: readonly string[] | Readonly<Record<string, readonly string[]>>;
    readonly during?: readonly string[];
    readonly result?: readonly string[];
  };
  return [objectives, during, result].flatMap((names) =>
    names === undefined ? [] : Object.values(names).flat(),
  );
}
