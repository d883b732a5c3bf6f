import { reasonOf } from '@ordeal/shared/reason-of';
import { BadVersion, type Site } from './site.ts';
import type { Place } from './layout.ts';
import { answersOf, versionAt } from './replicas.ts';
import { addUp, between, LEAST, whyBad } from './verdict.ts';

export const strategies = ['rolling', 'blue-green', 'canary'] as const;
export type Strategy = (typeof strategies)[number];

/** Of a usual replica's traffic. */
const CANARY_SHARE = 40;
/** Each new replica is watched for so long, and all of them at the end. */
const WATCH_MS = 1_000;
const CANARY_WATCH_MS = 4_000;
const LAST_WATCH_MS = 3_000;
/** What has just begun is slow at first: its pools are empty, and its code is cold. */
const WARM_UP_MS = 1_000;
/** So many times longer, where a version has given too few answers to be judged by. Without traffic it passes then. */
const LONGER = 5;

/** Brings a version out. Rejects with `BadVersion` when it has to be taken back; nothing is taken back here. */
export async function rollOut(strategy: Strategy, version: string, site: Site): Promise<void> {
  switch (strategy) {
    case 'rolling':
      return site.layout.sabotage.includes('hasty-rollout')
        ? allAtOnce(version, site)
        : rolling(version, site, (places, ms) => watch(site, version, places, ms));
    case 'canary':
      return canary(version, site);
    case 'blue-green':
      return blueGreen(version, site);
  }
}

type Watch = (places: readonly Place[], ms: number) => Promise<void>;

/**
 * One more replica than usual (maxSurge 1), then one after another is replaced, and never are there fewer than usual
 * (maxUnavailable 0).
 */
export async function rolling(version: string, site: Site, watched: Watch): Promise<void> {
  const [spare] = site.layout.spare;
  if (spare === undefined) throw new Error('there is no place for a replica more');
  await site.startSpare(spare, version);
  await site.balancer.share(new Map([[spare.name, 100]]));
  await watched([spare], WATCH_MS);
  await replaceEach(version, site, watched);
  await site.retire(spare);
}

async function replaceEach(version: string, site: Site, watched: Watch): Promise<void> {
  const { usual } = site.layout;
  for (const place of usual) {
    await site.replace(place, version);
    await watched([place], WATCH_MS);
  }
  await watched(usual, LAST_WATCH_MS);
}

/** Sabotage. */
async function allAtOnce(version: string, site: Site): Promise<void> {
  const { usual } = site.layout;
  await Promise.all(usual.map((place) => site.replace(place, version)));
  await watch(site, version, usual, LAST_WATCH_MS);
}

/** One new replica gets a small share at first. What it does with that decides about all others. */
async function canary(version: string, site: Site): Promise<void> {
  const [spare] = site.layout.spare;
  if (spare === undefined) throw new Error('there is no place for a canary');
  await site.startSpare(spare, version);
  await site.balancer.share(new Map([[spare.name, CANARY_SHARE]]));
  await watch(site, version, [spare], CANARY_WATCH_MS);
  await site.balancer.share(new Map([[spare.name, 100]]));
  await replaceEach(version, site, (places, ms) => watch(site, version, places, ms));
  await site.retire(spare);
}

/** A whole new set beside the old one; then all traffic moves at once, and the old set stays for the way back. */
async function blueGreen(version: string, site: Site): Promise<void> {
  const { usual, spare } = site.layout;
  for (const place of spare) await site.startSpare(place, version);
  await site.balancer.share(
    new Map([
      ...spare.map(({ name }) => [name, 100] as const),
      ...usual.map(({ name }) => [name, 0] as const),
    ]),
  );
  await watch(site, version, spare, LAST_WATCH_MS);
}

/** Looks at what the new version answers, beside what the old one does where it still serves. */
async function watch(
  { layout, clock }: Site,
  version: string,
  places: readonly Place[],
  ms: number,
): Promise<void> {
  if (layout.sabotage.includes('no-rollback')) return;
  const others = layout.usual.filter((place) => versionAt(place) !== version);
  const look = async (of: readonly Place[]) =>
    addUp(await Promise.all(of.map((place) => answersOf(place, layout, clock))));
  const lookAll = async () => ({ fresh: await look(places), old: await look(others) });
  try {
    await clock.sleep(WARM_UP_MS);
    const before = await lookAll();
    const until = clock.now() + ms;
    const latest = clock.now() + LONGER * ms;
    for (;;) {
      await clock.sleep(Math.min(500, ms));
      const now = await lookAll();
      const meanwhile = between(before.old, now.old);
      // A set that has lost its traffic to the new one is compared by what it answered while it had it.
      const fresh = between(before.fresh, now.fresh);
      const bad = whyBad(fresh, meanwhile.count > 0 ? meanwhile : now.old);
      if (bad !== undefined) throw new BadVersion(bad);
      if (clock.now() >= (fresh.count >= LEAST ? until : latest)) return;
    }
  } catch (error) {
    if (error instanceof BadVersion) throw error;
    throw new BadVersion(`what it answers cannot be seen: ${reasonOf(error)}`, { cause: error });
  }
}
