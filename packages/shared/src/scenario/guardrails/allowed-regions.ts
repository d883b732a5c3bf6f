import type { ListedTenant } from '../../platform/listed-tenants.ts';
import type { Platform } from '../../platform/platform.ts';
import { movesTo } from '../drill-parts.ts';
import type { Phase } from '../scenario.ts';

/** Whether a phase leads tenants from one region to another. What the platform does by itself when something breaks is its own. */
export function leadsTenants(phase: Phase): boolean {
  return moveOf(phase) !== undefined;
}

/** Why a drill may not lead tenants of the platform's file where they may not be: a run acts for them wherever it goes. */
export function refuseTenants({ tenants }: Platform, phase: Phase): readonly string[] {
  const move = moveOf(phase);
  if (move === undefined) return [];
  return tenants
    .filter(({ allowedRegions }) => !allowedRegions.includes(move.to))
    .map(
      ({ id, allowedRegions }) =>
        `${phase.name} would move tenant ${id} to region ${move.to}, which is not among its allowed regions (${allowedRegions.join(', ')}): drill another region, or allow it in tenants`,
    );
}

/** The same of the tenants that `directory` lists: those that may not be where the drill begins it leads nowhere. */
export function refuseListed(
  tenants: readonly ListedTenant[],
  directory: string,
  phase: Phase,
): string | undefined {
  const move = moveOf(phase);
  if (move === undefined) return undefined;
  const [first, ...others] = tenants.filter(
    ({ allowedRegions }) => allowedRegions.includes(move.from) && !allowedRegions.includes(move.to),
  );
  if (first === undefined) return undefined;
  const besides = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return (
    `${phase.name} would move tenant ${first.id}${besides} from region ${move.from} to region ${move.to}, which is not among ` +
    `its allowed regions (${first.allowedRegions.join(', ')}), says ${directory}: drill a region whose tenants may be led ` +
    'there, or have it allowed there'
  );
}

/** What a plan says of it. */
export function tenantQuestion({ tenantDirectory }: Platform, phase: Phase): readonly string[] {
  const move = moveOf(phase);
  if (tenantDirectory === undefined || move === undefined) return [];
  return [
    `Refused unless ${tenantDirectory.url}, which is asked before anything is broken, allows each tenant of region ${move.from} to be in region ${move.to}.`,
  ];
}

function moveOf(phase: Phase): { readonly from: string; readonly to: string } | undefined {
  if (phase.phase !== 'drill') return undefined;
  const to = movesTo(phase.drill);
  return to === undefined ? undefined : { from: phase.drill.from, to };
}
