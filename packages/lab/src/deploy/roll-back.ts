import { rolling } from './roll-out.ts';
import { versionAt } from './replicas.ts';
import type { Site } from './site.ts';

/**
 * Makes one version the only one that serves, whatever state a deployment was left in. Where replicas of it are up,
 * all traffic goes to them at once; the others are replaced behind their back, and nobody waits for that. Where none
 * is, it is rolled out like any other version.
 */
export async function rollBack(version: string, site: Site): Promise<void> {
  const { usual, spare } = site.layout;
  const up = (await site.balancer.servers()).filter(({ status }) => status.startsWith('UP'));
  const isUp = ({ name }: { readonly name: string }): boolean => up.some((one) => one.name === name);
  const wrong = usual.filter((place) => versionAt(place) !== version);
  const right = usual.filter((place) => !wrong.includes(place));
  await Promise.all(right.filter((place) => !isUp(place)).map((place) => site.bringUp(place)));
  if (right.length > 0) {
    const spares = spare.filter(isUp);
    await site.balancer.share(
      new Map([
        ...right.map(({ name }) => [name, 100] as const),
        ...[...wrong, ...spares].map(({ name }) => [name, 0] as const),
      ]),
    );
    await Promise.all(wrong.map((place) => site.replace(place, version)));
  } else {
    await rolling(version, site, () => Promise.resolve());
  }
  await site.balancer.share(new Map(usual.map(({ name }) => [name, 100])));
  for (const place of spare) await site.retire(place);
}
