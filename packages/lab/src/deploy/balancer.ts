import { connect } from 'node:net';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Place } from './layout.ts';

const ANSWER_WITHIN_MS = 5_000;
/** So long after a process has become ready the load balancer may take to see it, on a machine that is busy. */
const UP_WITHIN_MS = 20_000;
const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** A server of the load balancer's backend. */
export interface BalancedServer {
  readonly name: string;
  /** `UP`, `DOWN`, `MAINT`, `UP 1/2`, … */
  readonly status: string;
  readonly weight: number;
}

/** A replica has not become ready: the version may be bad. */
export class NotReady extends Error {}

/** A load balancer, told by its runtime socket. */
export class Balancer {
  readonly #socket: string;
  readonly #backend: string;
  readonly #clock: Clock;

  constructor(socket: string, backend: string, clock: Clock) {
    this.#socket = socket;
    this.#backend = backend;
    this.#clock = clock;
  }

  async servers(): Promise<readonly BalancedServer[]> {
    const [head = '', ...lines] = (await this.#ask('show stat')).trim().split('\n');
    const columns = head.replace(/^# /, '').split(',');
    const column = (name: string): number => columns.indexOf(name);
    return lines
      .map((line) => line.split(','))
      .filter((fields) => fields[column('pxname')] === this.#backend && fields[column('type')] === '2')
      .map((fields) => ({
        name: fields[column('svname')] ?? '',
        status: fields[column('status')] ?? '',
        weight: Number(fields[column('weight')]),
      }));
  }

  /** Shares of the usual traffic in per cent, all set at one time. */
  async share(percent: ReadonlyMap<string, number>): Promise<void> {
    const commands = [...percent].map(([name, share]) => `set weight ${this.#backend}/${name} ${share}%`);
    await this.#tell(commands.join('; '));
  }

  /** Adds a server that gets no traffic yet, and waits until its checks pass. */
  async add({ name, address, serverOptions }: Place): Promise<void> {
    const server = `${this.#backend}/${name}`;
    if (!(await this.servers()).some((one) => one.name === name)) {
      const said = await this.#ask(`experimental-mode on; add server ${server} ${address} ${serverOptions}`);
      if (!/registered/i.test(said)) throw new Error(`HAProxy does not add ${name}: ${said.trim()}`);
    }
    await this.#tell(`set weight ${server} 0; enable health ${server}; enable server ${server}`);
    // What has just been added counts as up until a check has failed.
    await this.#tell(`set server ${server} health down`);
    await this.up(name);
  }

  /** Resolves when the server's checks pass. */
  async up(name: string): Promise<void> {
    const deadline = this.#clock.now() + UP_WITHIN_MS;
    for (;;) {
      const status = (await this.servers()).find((one) => one.name === name)?.status ?? 'not there';
      if (status === 'UP') return;
      if (this.#clock.now() > deadline) {
        throw new NotReady(`${name} is not ready after ${UP_WITHIN_MS / 1000} s (${status})`);
      }
      await this.#clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** Takes a server away that has no process any more. */
  async remove(name: string): Promise<void> {
    const deadline = this.#clock.now() + GONE_WITHIN_MS;
    const server = `${this.#backend}/${name}`;
    for (;;) {
      if (!(await this.servers()).some((one) => one.name === name)) return;
      const said = await this.#ask(
        `set server ${server} state maint; experimental-mode on; del server ${server}`,
      );
      if (this.#clock.now() > deadline) throw new Error(`HAProxy does not remove ${name}: ${said.trim()}`);
      await this.#clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** For commands that answer nothing when all is well. */
  async #tell(commands: string): Promise<void> {
    const said = (await this.#ask(commands)).trim();
    if (said !== '') throw new Error(`HAProxy was told "${commands}" and says: ${said}`);
  }

  #ask(commands: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(this.#socket, () => socket.write(`${commands}\n`));
      socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('HAProxy does not answer')));
      socket.on('data', (data) => {
        text += data.toString('utf8');
      });
      socket.on('error', reject);
      socket.on('end', () => resolve(text));
    });
  }
}
