import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { regionsOf, type Asked } from './course.ts';

/**
 * Why the route cannot make the switches that a drill asks of it, or clients may follow too late. The last of them is
 * behind the point of no return, where to be told is too late. Touches nothing.
 */
export async function switchRefusals(asked: Asked, within: DriverContext): Promise<readonly string[]> {
  if (asked.phase.drill.kind === 'observe') return [];
  return [
    ...reachRefusals(asked),
    ...(await takenRefusals(asked, within)),
    ...(await keptRefusals(asked, within)),
  ];
}

function reachRefusals({ deps: { route, regions: usual }, phase }: Asked): readonly string[] {
  const { kind } = phase.drill;
  const leadsAway = kind === 'failover' || kind === 'evacuate';
  const choices = leadsAway ? [[regionsOf(phase).to], usual] : [usual];
  return choices.flatMap((regions) => {
    const why = route.whyNever?.(regions);
    return why === undefined ? [] : [`the route cannot lead to ${inWords(regions)}: ${why}`];
  });
}

function inWords(regions: readonly string[]): string {
  return `region${regions.length === 1 ? '' : 's'} ${regions.join(', ')}`;
}

async function takenRefusals(
  { deps: { route }, phase }: Asked,
  within: DriverContext,
): Promise<readonly string[]> {
  const { kind, from } = phase.drill;
  // What takes a switch may have been lost with the region, and comes back with it.
  if (kind === 'failback') return [];
  return (await route.whyNoSwitch?.(kind === 'failover' ? from : undefined, within)) ?? [];
}

/** Clients that go on to the lost region for as long as recovery may take have missed the target, whatever is done. */
async function keptRefusals(
  { deps: { route }, phase }: Asked,
  within: DriverContext,
): Promise<readonly string[]> {
  if (phase.drill.kind !== 'failover') return [];
  const kept = await route.keptForSeconds?.(within);
  if (kept === undefined || kept < phase.targets.rto) return [];
  return [
    `clients may go on for ${kept} s where the route has led them, and are to be served again within ` +
      `${phase.targets.rto} s (targets.rto), which that alone can miss: lower the TTL first, and wait until answers ` +
      'with the old one are gone',
  ];
}
