import { pid } from 'node:process';
import { pidOf, processIdentity } from '@ordeal/shared/process/identity';
import type { Clock } from '@ordeal/shared/time/clock';
import type { ControlRequest, UnitStatus } from '../control/protocol.ts';
import { endProcesses } from '../leftovers/end.ts';
import { findLabProcesses } from '../leftovers/find.ts';
import { holds } from './check.ts';
import type { SupervisorConfig } from './config.ts';
import { SupervisedUnit } from './supervised-unit.ts';

/** Everything that one supervisor keeps running. */
export class SupervisedSite {
  readonly #config: SupervisorConfig;
  readonly #clock: Clock;
  readonly #units: readonly SupervisedUnit[];
  readonly #identity = processIdentity(pid)!;

  constructor(config: SupervisorConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#units = config.units.map((unit) => new SupervisedUnit(unit, config.labDir, clock));
  }

  /** Ends what an earlier supervisor of this site has left, and starts every unit that was not stopped. */
  async begin(): Promise<void> {
    const left = findLabProcesses(this.#config.labDir);
    await Promise.all(
      this.#units.map(({ unit }) =>
        endProcesses(
          left.filter((one) => one.unit === unit.name).map((one) => one.identity),
          unit.stop,
          this.#clock,
        ),
      ),
    );
    for (const unit of this.#units) unit.begin();
  }

  /** Does what is asked, and tells the state after it. */
  async handle({ verb, unit: name }: ControlRequest): Promise<UnitStatus> {
    const all = name === this.#config.site;
    const units = all ? this.#units : this.#units.filter(({ unit }) => unit.name === name);
    if (units.length === 0) {
      const known = this.#units.map(({ unit }) => unit.name).join(', ');
      throw new Error(`There is no unit "${name}" in ${this.#config.site}. It has ${known}.`);
    }
    switch (verb) {
      case 'start':
        // A unit that was stopped by name stays stopped when its region comes back: a fenced database must.
        await Promise.all(units.filter((unit) => !all || unit.wanted).map((unit) => unit.start()));
        break;
      case 'stop':
        await Promise.all(units.map((unit) => (all ? unit.end() : unit.stop())));
        break;
      case 'kill':
        for (const unit of units) unit.kill();
        break;
      case 'status':
        break;
    }
    return this.#status(name, units, all);
  }

  /** Ends all the units; they come back with the site. */
  async end(): Promise<void> {
    await Promise.all(this.#units.map((unit) => unit.end()));
  }

  async #status(name: string, units: readonly SupervisedUnit[], all: boolean): Promise<UnitStatus> {
    const wanted = units.filter((unit) => unit.wanted);
    const asked = wanted.map((unit) => unit.identity);
    const ready = await Promise.all(
      wanted.map(async (unit, i) => asked[i] !== undefined && (await holds(unit.unit.ready))),
    );
    // Read once, with no waiting in between: a process may end at any moment, also while it was asked.
    const identities = new Map(units.map((unit) => [unit, unit.identity]));
    const listed = units.flatMap((unit) => {
      const identity = identities.get(unit);
      return identity === undefined ? [] : [{ name: unit.unit.name, identity }];
    });
    const missing = wanted.some((unit) => identities.get(unit) === undefined);
    const same = wanted.every((unit, i) => identities.get(unit) === asked[i]);
    return {
      unit: name,
      state: missing ? 'degraded' : wanted.length === 0 && listed.length === 0 ? 'stopped' : 'running',
      ready: wanted.length > 0 && same && ready.every(Boolean),
      processes: [...(all ? [{ name: 'supervisor', identity: this.#identity }] : []), ...listed].map(
        (one) => ({ ...one, pid: pidOf(one.identity) }),
      ),
    };
  }
}
