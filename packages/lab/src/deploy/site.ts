import { renameSync, writeFileSync } from 'node:fs';
import type { Clock } from '@ordeal/shared/time/clock';
import { SiteControl } from '../control/site-control.ts';
import { inLab } from '../layout/paths.ts';
import { replicaTargets } from '../units/prometheus.ts';
import { Balancers } from './balancers.ts';
import type { DeployLayout, Place } from './layout.ts';
import { setVersionAt } from './replicas.ts';

/** A version has to be taken back; the message says why. */
export class BadVersion extends Error {}

/** What a deployment works on. Each step may be done again: what is as it should be already is left alone. */
export class Site {
  readonly layout: DeployLayout;
  readonly balancer: Balancers;
  readonly clock: Clock;
  readonly #control: SiteControl;

  constructor(layout: DeployLayout, clock: Clock) {
    this.layout = layout;
    this.clock = clock;
    this.balancer = new Balancers(layout, clock);
    this.#control = new SiteControl(layout.labDir, clock);
  }

  /** Starts a version at a place that was empty. It is ready then, and gets no traffic yet. */
  async startSpare(place: Place, version: string): Promise<void> {
    setVersionAt(place, version, this.layout);
    await this.#control.start(place.unit);
    await this.balancer.add(place);
    await this.#scrape((await this.#sparesThere()).concat(place.name));
  }

  /** The process there is asked to end, and another version is started. Resolves when it gets traffic. */
  async replace(place: Place, version: string): Promise<void> {
    await this.#control.stop(place.unit);
    setVersionAt(place, version, this.layout);
    await this.#control.start(place.unit);
    await this.balancer.up(place.name);
  }

  /** Starts what a deployment that was cut off has left stopped. */
  async bringUp(place: Place): Promise<void> {
    await this.#control.start(place.unit);
    await this.balancer.up(place.name);
  }

  /** Empties a spare place: no more traffic, what is under way is answered, then its process ends. */
  async retire(place: Place): Promise<void> {
    const there = await this.#sparesThere();
    await this.#scrape(there.filter((name) => name !== place.name));
    if (there.includes(place.name)) await this.balancer.share(new Map([[place.name, 0]]));
    await this.#control.stop(place.unit);
    await this.balancer.remove(place.name);
  }

  async #sparesThere(): Promise<string[]> {
    const spare = this.layout.spare.map(({ name }) => name);
    return (await this.balancer.servers()).map(({ name }) => name).filter((name) => spare.includes(name));
  }

  /** Tells Prometheus which replicas there are. */
  async #scrape(spares: readonly string[]): Promise<void> {
    const { usual, spare, labDir } = this.layout;
    const file = inLab.replicaTargets(labDir);
    const places = [...usual, ...spare.filter(({ name }) => spares.includes(name))];
    writeFileSync(`${file}.new`, replicaTargets(places), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
