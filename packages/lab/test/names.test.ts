import { Resolver } from 'node:dns/promises';
import type { LabNames, LabSite } from '@ordeal/shared/platform/site';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown, labStatus } from '../src/lab.ts';
import { call, control, eventually, expectGone, labName, lose, up } from './support.ts';

const without = withoutPrograms('named');

/** What a name server answers, with the seconds that it may be kept. */
async function asked(server: string, { name }: LabNames) {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([server]);
  return await resolver.resolve4(name, { ttl: true });
}

describe.skipIf(leftOut(without))(`a lab whose regions are found by name ${without ?? ''}`, () => {
  const name = labName('names');
  let site: LabSite;
  let names: LabNames;

  beforeAll(async () => {
    site = await up(name, { platform: 'research-agent' });
    if (site.names === undefined) throw new Error('it has names');
    ({ names } = site);
  });

  afterAll(async () => {
    await labDown({ name, clock });
    if (site !== undefined) expectGone(site.dir);
  });

  it('has every unit running and ready: two name servers, and a load balancer in each region', async () => {
    const { state, units } = await labStatus({ name, clock });
    expect(units.filter((unit) => unit.state !== 'running' || !unit.ready)).toEqual([]);
    expect(state).toBe('up');
    expect(units.map(({ unit }) => unit)).toEqual(
      expect.arrayContaining(['edge/names-primary', 'edge/names-secondary', 'a/haproxy', 'b/haproxy']),
    );
  });

  it('leads clients to region a, and says for how long that may be kept', async () => {
    for (const server of Object.values(names.servers)) {
      expect(await asked(server, names)).toEqual([{ address: names.addresses.a, ttl: 2 }]);
    }
    expect((await call(site.entry, 'GET', '/ready')).status).toBe(200);
    for (const address of Object.values(names.addresses)) {
      expect((await call(`http://${address}:${names.port}`, 'GET', '/ready')).status).toBe(200);
    }
  });

  it('loses the load balancer of a region with the region, and has it again', async () => {
    await lose(site.regions.a);
    await expect(call(`http://${names.addresses.a}:${names.port}`, 'GET', '/ready')).rejects.toThrow(
      'fetch failed',
    );
    expect((await call(`http://${names.addresses.b}:${names.port}`, 'GET', '/health')).status).toBe(200);
    // Whoever follows the name fares as the name leads.
    expect((await call(site.entry, 'GET', '/health')).status).toBe(503);
    // A killed server's lock file counts for as long as its process is not quite gone.
    await eventually('region a starts', () => control(site.regions.a, 'start', 'a'), 30_000);
    await eventually('region a serves again', async () => {
      return (await call(site.entry, 'GET', '/ready')).status === 200;
    });
  });
});
