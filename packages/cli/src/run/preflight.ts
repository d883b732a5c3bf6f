import { dirname } from 'node:path';
import type { ClusterFindings } from '@ordeal/load/distributed/look-at-cluster';
import { createNodeClient } from '@ordeal/shared/journey/node-client';
import { headersFor } from '@ordeal/shared/platform/headers-for';
import { breaks } from '@ordeal/shared/scenario/guardrails/production';
import { doNoSideWork } from '../no-side-work.ts';
import { faultsPresent } from './faults-present.ts';
import { askIdentity } from './guardrails/identity.ts';
import { keepsTime } from './keeps-time.ts';
import { onlyAsks } from './only-asks.ts';
import type { Session } from './session.ts';
import { standingPromotions } from './standing-promotion.ts';

/** What preflight found. `refusal`: a guardrail forbids the run; `blind`: it could not be judged. */
export type Preflight =
  | { readonly outcome: 'ready' }
  | { readonly outcome: 'refused'; readonly reasons: readonly string[] }
  | { readonly outcome: 'blind'; readonly reasons: readonly string[] };

const PHASE = 'preflight';
/** For a look at the targets of all faults. */
const LOOK_WITHIN_MS = 30_000;

/** Observers answer, targets answer, no residue of an earlier run, the machine is fit to measure. */
export async function preflight(session: Session): Promise<Preflight> {
  const { context, scenario } = session;
  const measures = !onlyAsks(scenario);
  const isBreaking = scenario.phases.some(breaks);
  const returning = returnsFromFailover(session);
  const drills = scenario.phases.some(({ phase }) => phase === 'drill' || phase === 'restore');
  const { identity, guardrails, tenantDirectory } = session.loaded.platform;
  // Before anything else is asked of it: it may be another one.
  const strange =
    identity?.clusters === undefined && identity?.databases === undefined
      ? []
      : await report(session, 'the platform is the one that is meant', askIdentity(session));
  if (strange.length > 0) return { outcome: 'refused', reasons: strange };
  // Nothing else is loaded for a smoke gate from here on.
  if (!measures) await doNoSideWork(session.loaded.platform.entry);
  const looks = (wanted: boolean, name: string, look: () => Promise<readonly string[] | undefined>) =>
    wanted ? report(session, name, look()) : Promise.resolve([]);
  const [unseen, late, silent, bound, busy, faulty, unfit] = await Promise.all([
    looks(measures, 'Prometheus answers and sees its targets', () => askPrometheus(session, returning)),
    looks(measures, 'the event loop keeps time', () => keepsTime(context.clock, context.signal)),
    // Of a smoke gate that is what its checks tell, each by its name.
    looks(measures, 'the platform answers', () => askPlatform(session)),
    looks(tenantDirectory !== undefined, 'every tenant may be where it would be moved', async () => {
      const { askDirectory } = await import('./guardrails/tenants.ts');
      return askDirectory(session);
    }),
    // What fires and goes on while a region is away must not keep it from coming back.
    looks(
      measures && !returning && guardrails.refuseDuring !== undefined,
      'no alert fires, and no other work is under way',
      async () => {
        const { lookAround } = await import('./guardrails/look.ts');
        return lookAround(session);
      },
    ),
    looks(isBreaking && !returning, 'no fault of an earlier run is left', () => lookForFaults(session)),
    // What a drill lacks says more than what Prometheus misses because of it.
    looks(drills, 'the first drill may begin', async () => {
      const { whyFirstMayNot } = await import('./may-begin.ts');
      return whyFirstMayNot(session);
    }),
  ]);
  const blind = [...unseen, ...late];
  const refused = [...silent, ...bound, ...busy, ...faulty, ...unfit];
  if (scenario.phases.some((phase) => phase.phase === 'load' && phase.on === 'kubernetes')) {
    const found = await askCluster(session);
    refused.push(...found.refused);
    blind.push(...found.blind);
  }
  context.signal.throwIfAborted();
  if (refused.length > 0) return { outcome: 'refused', reasons: refused };
  return blind.length > 0 ? { outcome: 'blind', reasons: blind } : { outcome: 'ready' };
}

async function report(
  session: Session,
  name: string,
  check: Promise<readonly string[] | undefined>,
): Promise<readonly string[]> {
  const problems = await check;
  // What nobody has looked at is not said to hold.
  if (problems === undefined) return [];
  const detail = problems.join('; ');
  session.context.journal.append({ type: 'check', phase: PHASE, name, held: problems.length === 0, detail });
  return problems;
}

/** Whether the loads that are to run on a cluster could. */
async function askCluster(session: Session): Promise<ClusterFindings> {
  const { kubernetes } = session.loaded.generators;
  if (kubernetes === undefined) return { refused: [], blind: ['the platform has no generators.kubernetes'] };
  const { lookAtCluster } = await import('@ordeal/load/distributed/look-at-cluster');
  const found = await lookAtCluster(kubernetes, session.context);
  await report(session, 'the cluster takes load', Promise.resolve([...found.refused, ...found.blind]));
  return found;
}

async function askPrometheus(session: Session, returning: boolean): Promise<readonly string[]> {
  const { prometheus } = session;
  const { url, targets } = session.loaded.platform.prometheus;
  // A lab that has just come up has not been scraped everywhere yet.
  const deadline = session.context.clock.now() + 15_000;
  for (;;) {
    const problems: string[] = [];
    for (const target of targets) {
      const answer = await prometheus.instant(`count(${target.selector} == 1)`);
      if (!answer.ok) return [`Prometheus at ${hostOf(url)} does not answer: ${answer.error.message}`];
      const live = Number(answer.value.series[0]?.samples[0]?.[1] ?? 0);
      if (live < target.least)
        problems.push(`${target.name}: ${live} alive, ${target.least} needed (${target.selector})`);
    }
    if (problems.length === 0 || returning) return [];
    if (session.context.clock.now() > deadline) return problems;
    await session.context.clock.sleep(250, session.context.signal);
  }
}

async function askPlatform(session: Session): Promise<readonly string[]> {
  const { platform } = session.loaded;
  const path = platform.health[0]?.url ?? '/';
  const client = createNodeClient({
    entry: platform.entry,
    headers: headersFor(platform, path),
    timeoutMs: platform.timeoutMs,
    now: () => session.context.clock.now(),
    signal: session.context.signal,
  });
  const { status, error = '' } = await client.request({ path });
  if (status !== 0) return [];
  // What is told in words says itself what is wrong; of a bare code, and of silence, this is the likeliest.
  return /^[A-Z\d_]+$|^timed out$/.test(error)
    ? [`${platform.entry} does not answer: ${error}. Is the platform up, and reachable from here?`]
    : [`${platform.entry} does not answer as it should: ${error}`];
}

async function lookForFaults(session: Session): Promise<readonly string[]> {
  const { clock, signal } = session.context;
  const found = await faultsPresent(session.loaded, { clock, withinMs: LOOK_WITHIN_MS, signal });
  return found.map(({ entry, status }) =>
    status.state === 'present'
      ? `"${entry.title}" is in: ${status.detail}. Heal it first (\`ordeal recover\`)`
      : `whether "${entry.title}" is in cannot be told: ${status.reason}`,
  );
}

/**
 * Whether this run is the failback of an earlier run's failover. A whole region is then away on purpose: what is
 * missing cannot be told from what is broken before it is back, and is looked at after the run.
 */
function returnsFromFailover({ context, loaded, scenario }: Session): boolean {
  const [first] = scenario.phases.filter((phase) => phase.phase === 'drill' || phase.phase === 'experiment');
  if (first?.phase !== 'drill' || first.drill.kind !== 'failback') return false;
  return standingPromotions(dirname(context.dir), loaded.platform, first.store, context.clock).length > 0;
}

function hostOf(url: string): string {
  return new URL(url).host;
}
