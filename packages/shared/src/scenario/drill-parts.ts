import type { DrillKind, DrillPhase, WrittenDrillPhase } from './scenario.ts';

/** The fault that a drill injects or heals, with the field that names it; undefined when it has none. */
export function faultOf(drill: DrillKind): { readonly field: string; readonly fault: string } | undefined {
  switch (drill.kind) {
    case 'failover':
    case 'observe':
      return { field: 'drill.lose', fault: drill.lose };
    case 'failback':
      return { field: 'drill.restore', fault: drill.restore };
    case 'switchover':
    case 'evacuate':
    case 'return':
      return undefined;
  }
}

/** The region that gets the primary by a drill; undefined when the drill moves nothing itself. */
export function movesTo(drill: DrillKind): string | undefined {
  return drill.kind === 'observe' ? undefined : drill.to;
}

/** Whether a drill brings back what an earlier one moved away. */
export function isReturn({ kind }: DrillKind): boolean {
  return kind === 'failback' || kind === 'return';
}

/** What a written drill stands for: of a drill of a region there are two, the evacuation and the return. */
export function drillParts(phase: WrittenDrillPhase): readonly DrillPhase[] {
  const { drill } = phase;
  if (drill.kind !== 'region') return [{ ...phase, drill }];
  const { from, to } = drill;
  const part = (kind: 'evacuate' | 'return', between: { from: string; to: string }): DrillPhase => ({
    ...phase,
    name: `${phase.name}-${kind}`,
    title: `${phase.title}: ${kind === 'evacuate' ? `region ${from} is evacuated` : `region ${from} gets everything back`}`,
    drill: { kind, ...between },
  });
  return [part('evacuate', { from, to }), part('return', { from: to, to: from })];
}
