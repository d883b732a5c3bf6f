import type { Platform } from '../../platform/platform.ts';
import type { DescribedFault } from '../described-fault.ts';
import type { DeployPhase } from '../deploy-phase.ts';
import type { Phase, Scenario } from '../scenario.ts';

/** Why a scenario may not be run in production, in sentences. */
export function refuseProduction(
  platform: Platform,
  { phases }: Scenario,
  describe: (fault: string) => DescribedFault,
): readonly string[] {
  if (platform.environment !== 'production') return [];
  const allowed: readonly Phase['phase'][] = ['smoke', ...(platform.guardrails.production?.allow ?? [])];
  const forbidden = phases.filter(({ phase }) => !allowed.includes(phase));
  return [
    ...forbidden.map(
      ({ name, phase }) =>
        `${name} is not allowed: this platform is production, where only ${allowed.join(', ')} may run; guardrails.production.allow would have to name ${phase}`,
    ),
    ...(phases.some(breaks) && platform.identity === undefined
      ? [
          'this platform is production and says nothing of its identity: nothing is broken before `identity` pins it',
        ]
      : []),
    ...phases.flatMap((phase) =>
      faultsOf(phase).flatMap((fault) => refuseUnattended(phase.name, fault, describe(fault))),
    ),
    ...phases.flatMap((phase) => (phase.phase === 'deploy' ? refuseForsaken(platform, phase) : [])),
  ];
}

function refuseUnattended(phase: string, fault: string, { ending }: DescribedFault): readonly string[] {
  return ending.by === 'nobody'
    ? [
        `${phase} would inject ${fault}, which nobody would end if this machine died: refused in production. Remedy: ${ending.remedy}`,
      ]
    : [];
}

function refuseForsaken(platform: Platform, { name, deployment }: DeployPhase): readonly string[] {
  return platform.deployments?.[deployment]?.unattended === undefined
    ? [
        `${name} would deploy by ${deployment}, which nobody would take back if this machine died: refused in production. Remedy: let something that does not run on this machine go back, and say in deployments.${deployment}.unattended who that is`,
      ]
    : [];
}

/** Whether a phase breaks something, or may: what is deployed may be bad. */
export function breaks(phase: Phase): boolean {
  return phase.phase === 'experiment' || phase.phase === 'drill' || phase.phase === 'deploy';
}

/** Names of the faults that a phase injects. */
export function faultsOf(phase: Phase): readonly string[] {
  switch (phase.phase) {
    case 'experiment':
      return phase.faults;
    case 'drill':
      return 'lose' in phase.drill ? [phase.drill.lose] : [];
    case 'restore':
      return [];
    case 'smoke':
    case 'load':
    case 'limit':
    case 'deploy':
      return [];
  }
}
