import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Asked, Course } from './course.ts';
import { DrillRefused } from './drill.ts';

const pollMs = 250;

/** Notes every reason not to begin, and rejects with all of them at once. */
export function refuse(course: Course, reasons: readonly string[]): void {
  course.context.journal.append({
    type: 'check',
    phase: course.phase.name,
    name: 'may begin',
    held: reasons.length === 0,
    detail: reasons.length === 0 ? 'nothing speaks against it' : reasons.join('; '),
  });
  if (reasons.length > 0) throw new DrillRefused(reasons);
}

/**
 * Why a drill is not begun behind its first look, each with what to do. Nothing was touched until then, but in a failback:
 * that has brought its region back, and may be what is wrong.
 */
export function notBegun({ phase }: Course, reasons: readonly string[]): Error {
  return phase.drill.kind === 'failback' ? new Error(reasons.join('; ')) : new DrillRefused(reasons);
}

/** What such a step does, for the plan. */
export function unlessSo({ drill }: DrillPhase, what: string): string {
  return drill.kind === 'failback' ? `see that ${what}` : `refuse unless ${what}`;
}

/** Seconds that a standby may be behind. */
export function mostLagOf(course: Asked): number {
  const { mostLag, drill } = course.phase;
  return mostLag ?? (drill.kind === 'failover' || drill.kind === 'observe' ? 5 : 1);
}

/** Looks until nothing speaks against it or the time is up: right after an earlier phase it may take a moment. */
export async function reasonsWithin(
  { clock, signal }: DriverContext,
  withinMs: number,
  look: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const deadline = clock.now() + withinMs;
  for (;;) {
    const reasons = await look();
    if (reasons.length === 0 || clock.now() > deadline) return reasons;
    await clock.sleep(pollMs, signal);
  }
}

/** Why the standby could not take over. */
export async function standbyRefusals(
  course: Asked,
  within: DriverContext,
  roles: { readonly primary: string; readonly standby: string },
): Promise<readonly string[]> {
  const mostLag = mostLagOf(course);
  const { nodes } = await course.deps.store.status(within, mostLag);
  const why = notReady(nodes, roles, mostLag);
  return why === undefined ? [] : [why];
}

function notReady(
  nodes: readonly StoreNode[],
  { primary: old, standby: next }: { readonly primary: string; readonly standby: string },
  mostLag: number,
): string | undefined {
  const [primary, standby] = [old, next].map((name) => nodes.find((node) => node.name === name));
  if (primary?.reachable !== true) {
    return `node ${old} does not answer (${primary?.reason ?? 'unknown node'}): bring it back, or drill the way back (failback)`;
  }
  if (primary.role !== 'primary') {
    return `node ${old} is no primary, so there is nothing to move away from it: drill the other direction`;
  }
  if (standby?.reachable !== true) {
    return `there is no healthy standby: node ${next} does not answer (${standby?.reason ?? 'unknown node'}): start it, and let it catch up`;
  }
  if (standby.role !== 'standby') {
    return `there is no healthy standby: node ${next} is a primary as well as ${old}: fence one of them at once, and rejoin it`;
  }
  if (standby.lagSeconds === undefined) {
    return `there is no healthy standby: node ${next} does not replicate: rejoin it to ${old}`;
  }
  if (standby.timeline !== primary.timeline) {
    return `there is no healthy standby: node ${next} is on timeline ${standby.timeline}, ${old} on ${primary.timeline}: rejoin it to ${old}`;
  }
  if (standby.lagSeconds <= mostLag) return undefined;
  const behind = Number.isFinite(standby.lagSeconds)
    ? `${standby.lagSeconds.toFixed(1)} s behind`
    : `behind, by more than ${mostLag} s or nobody knows how far`;
  return `node ${next} is ${behind} (at most ${mostLag} s): what it lacks would be lost; find out why it lags, or allow more with mostLag`;
}

/** Why regions do not serve that must, or could not: a backup region need not get traffic, but has to be well. */
export async function routeRefusals(
  course: Asked,
  within: DriverContext,
  serving: readonly string[],
): Promise<readonly string[]> {
  const { route, regions: usual } = course.deps;
  const { kind, from } = course.phase.drill;
  // Traffic does not follow the primary in a switchover, so that it need not come to where that is.
  const isLedTo = (region: string): boolean =>
    usual.includes(region) || (kind !== 'switchover' && region === from);
  const { regions } = await route.status(within);
  const health = await route.health(within);
  return [
    ...serving
      .filter(isLedTo)
      .filter((region) => regions[region] !== 'active')
      .map(
        (region) =>
          `the route does not lead to region ${region} (it is ${regions[region] ?? 'unknown to it'}): lead traffic to it first`,
      ),
    ...serving
      .filter((region) => (health[region]?.up ?? 0) === 0)
      .map(
        (region) =>
          `region ${region} is not healthy: ${health[region]?.up ?? 0} of ${health[region]?.total ?? 0} servers are up; bring them up first`,
      ),
  ];
}
