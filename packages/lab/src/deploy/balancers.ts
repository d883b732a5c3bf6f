import type { Clock } from '@ordeal/shared/time/clock';
import { Balancer, type BalancedServer } from './balancer.ts';
import type { DeployLayout, Place } from './layout.ts';

/** All load balancers of the lab. What is told is told to each; what holds has to hold in each. */
export class Balancers {
  readonly #each: readonly Balancer[];

  constructor({ haproxy }: DeployLayout, clock: Clock) {
    this.#each = haproxy.sockets.map((socket) => new Balancer(socket, haproxy.backend, clock));
  }

  /** Servers of any of them, with what the first says that has it, unless another does not see it as up. */
  async servers(): Promise<readonly BalancedServer[]> {
    const said = (await Promise.all(this.#each.map((one) => one.servers()))).flat();
    return [...Map.groupBy(said, ({ name }) => name).values()].flatMap(
      (same) => same.find(({ status }) => status !== 'UP') ?? same[0] ?? [],
    );
  }

  async share(percent: ReadonlyMap<string, number>): Promise<void> {
    await Promise.all(this.#each.map((one) => one.share(percent)));
  }

  async add(place: Place): Promise<void> {
    await Promise.all(this.#each.map((one) => one.add(place)));
  }

  async up(name: string): Promise<void> {
    await Promise.all(this.#each.map((one) => one.up(name)));
  }

  async remove(place: string): Promise<void> {
    await Promise.all(this.#each.map((one) => one.remove(place)));
  }
}
