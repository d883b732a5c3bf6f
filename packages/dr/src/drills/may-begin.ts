import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreNode, StoreStatus } from '@ordeal/shared/drivers/store';
import type { DrillKind } from '@ordeal/shared/scenario/scenario';
import { regionsOf, type Asked } from './course.ts';
import { primariesIn } from './primaries.ts';
import { reasonsWithin, routeRefusals, standbyRefusals } from './refuse.ts';
import { switchRefusals } from './switch-refusals.ts';

/** How long the platform may take to be fit for it, for instance after an earlier experiment. */
const LOSS_WITHIN_MS = 15_000;
const MOVE_WITHIN_MS = 30_000;

/**
 * Why a drill may not begin, each with what to do; empty when nothing speaks against it. Touches nothing. Rejects when
 * the store or the route cannot be asked.
 */
export async function whyNotBegin(asked: Asked, within: DriverContext): Promise<readonly string[]> {
  const further = (await asked.deps.refusals?.()) ?? [];
  asked.backup = await asked.deps.backup?.();
  const stale = asked.backup?.outcome === 'not fresh' ? [asked.backup.detail] : [];
  return [
    ...further,
    ...stale,
    ...(await rejoinRefusals(asked, within)),
    ...(await switchRefusals(asked, within)),
    ...(await ofKind[asked.phase.drill.kind](asked, within)),
  ];
}

type Look = (asked: Asked, within: DriverContext) => Promise<readonly string[]>;

const ofKind: Readonly<Record<DrillKind['kind'], Look>> = {
  failover: async (asked, within) => [
    ...(await wayBackRefusals(asked, within)),
    ...(await reasonsWithin(within, LOSS_WITHIN_MS, () => fenceRefusals(asked, within))),
    ...(await move(asked, within, bothRegions(asked), LOSS_WITHIN_MS)),
  ],
  switchover: (asked, within) => move(asked, within, bothRegions(asked), MOVE_WITHIN_MS),
  evacuate: async (asked, within) => [
    ...(await wayBackRefusals(asked, within)),
    ...(await move(asked, within, bothRegions(asked), MOVE_WITHIN_MS)),
  ],
  // The region that comes back gets no traffic before.
  return: (asked, within) => move(asked, within, [regionsOf(asked.phase).from], MOVE_WITHIN_MS),
  failback,
  observe,
};

/** What leads traffic away has to be able to bring it back. A switch itself refuses none: behind a fault it must go on. */
async function wayBackRefusals({ deps }: Asked, within: DriverContext): Promise<readonly string[]> {
  return (await deps.route.whyNotBack?.(within)) ?? [];
}

/** Behind its point of no return a drill promotes nobody before the fence is proven, and nobody heals the fault. */
async function fenceRefusals({ deps, phase }: Asked, within: DriverContext): Promise<readonly string[]> {
  return (await deps.store.whyNoProof?.(deps.nodeOf(regionsOf(phase).from), within)) ?? [];
}

/** Whatever moves leaves a node that has to follow again, in the end or on the way back: either of the two. */
async function rejoinRefusals({ deps, phase }: Asked, within: DriverContext): Promise<readonly string[]> {
  if (phase.drill.kind === 'observe') return [];
  const { from, to } = regionsOf(phase);
  const whys = [from, to].map(async (region) => await deps.store.whyNoRejoin?.(deps.nodeOf(region), within));
  return (await Promise.all(whys)).flatMap((one) => one ?? []);
}

function bothRegions({ phase }: Asked): readonly string[] {
  const { from, to } = regionsOf(phase);
  return [from, to];
}

/** There has to be a primary to move, and a standby that can take over. */
function move(
  asked: Asked,
  within: DriverContext,
  serving: readonly string[],
  withinMs: number,
): Promise<readonly string[]> {
  const { from, to } = regionsOf(asked.phase);
  const roles = { primary: asked.deps.nodeOf(from), standby: asked.deps.nodeOf(to) };
  return reasonsWithin(within, withinMs, async () => [
    ...(await standbyRefusals(asked, within, roles)),
    ...(await routeRefusals(asked, within, serving)),
  ]);
}

/** `from` has the primary now, `to` had it before and gets it again. */
async function failback({ deps, phase }: Asked, within: DriverContext): Promise<readonly string[]> {
  const { from, to } = regionsOf(phase);
  const { nodes } = await deps.store.status(within);
  const [primary, other] = [from, to].map((region) =>
    nodes.find((node) => node.name === deps.nodeOf(region)),
  );
  const isPrimary = primary?.reachable === true && primary.role === 'primary';
  const rival = other?.reachable === true && other.role === 'primary';
  if (!isPrimary && rival) {
    return [
      `region ${to} has the primary already (${inWords(other)}), so there is nothing to come back from: drill a failover first, which brings its failback along`,
    ];
  }
  return [
    ...(isPrimary
      ? []
      : [
          `region ${from} has not got the primary (${inWords(primary)}): a failback comes after a failover; ask \`ordeal recover\` who may write`,
        ]),
    ...(rival
      ? [
          `region ${to} has a writer as well (${inWords(other)}): fence it at once, before anything else is done`,
        ]
      : []),
  ];
}

/** There has to be something to recover with. */
function observe(asked: Asked, within: DriverContext): Promise<readonly string[]> {
  return reasonsWithin(within, LOSS_WITHIN_MS, async () => [
    ...(await primaryRefusals(asked, within)),
    ...(await routeRefusals(asked, within, [asked.phase.drill.from])),
  ]);
}

async function primaryRefusals(asked: Asked, within: DriverContext): Promise<readonly string[]> {
  const primaries = primariesIn(await asked.deps.store.status(within));
  const [primary] = primaries;
  if (primary !== undefined && primaries.length === 1) return spared(asked, primary);
  const names = primaries.map(({ name }) => name);
  const found = names.length === 0 ? 'no primary' : `the primaries ${names.join(' and ')}`;
  return [`the store has ${found}: bring it to exactly one first`];
}

/** An earlier loss has moved the primary: to lose a replica then passes for a failover that took no time at all. */
function spared(
  { deps, phase }: Asked,
  { name, detail: { region } }: Extract<StoreNode, { readonly reachable: true }>,
): readonly string[] {
  const { from } = phase.drill;
  const takesPrimary = deps.store.observe !== undefined && deps.fault?.revives === 'old-primary';
  if (!takesPrimary || region === undefined || region === from) return [];
  return [
    `the primary is node ${name} in region ${region}, and what is lost is in region ${from}, so nobody would have to take ` +
      `over and nothing of that would be measured: lose it in region ${region}, or move the primary back first; where the ` +
      `fault ${deps.fault?.name} never takes a primary away, say revives: 'nothing' of it`,
  ];
}

/** A node of a store, for messages. */
export function inWords(node: StoreStatus['nodes'][number] | undefined): string {
  if (node === undefined) return 'the store has no such node';
  return node.reachable
    ? `node ${node.name} is ${node.role}`
    : `node ${node.name} does not answer: ${node.reason}`;
}
