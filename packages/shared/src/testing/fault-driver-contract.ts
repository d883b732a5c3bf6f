import assert from 'node:assert/strict';
import type { DriverContext, FaultDriver, Pins } from '../drivers/fault.ts';
import { systemClock } from '../time/system-clock.ts';
import type { UndoEntry } from '../undo/entry.ts';

/** A fault driver, with something real that it can break. */
export interface ContractSubject<Config> {
  readonly driver: FaultDriver<Config> & Partial<Pins<Config>>;
  /** As a person would write it. The fault must stay in until it is healed. */
  readonly raw: unknown;
  /** A configuration that hits nothing there is. */
  readonly empty: Config;
  /** As a person would write it, with a mistake at each of these places (ends of the diagnostics' paths). */
  readonly mistaken: { readonly raw: unknown; readonly places: readonly string[] };
  /** Looks at the target past the driver: whether it works. */
  works(): Promise<boolean>;
  /** Heals from nothing but the entry's JSON, in another process. Rejects when that process fails. */
  healElsewhere(entry: string): Promise<void>;
}

export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What every fault driver must do. The target works before each case, and has to work after it. */
export function faultDriverContract<Config>(subject: () => ContractSubject<Config>): readonly ContractCase[] {
  const contract: Readonly<Record<string, (held: Held<Config>) => Promise<void>>> = {
    'tells every mistake in a configuration at once': async ({ driver, mistaken }) => {
      const result = driver.parse(mistaken.raw, 'here');
      assert(!result.ok, 'a configuration with mistakes was accepted');
      for (const place of mistaken.places) {
        const told = result.diagnostics.find(({ path }) => path.endsWith(place));
        assert(told, `no diagnostic for ${place}: ${JSON.stringify(result.diagnostics)}`);
        assert(
          told.path.startsWith('here') && told.expected !== '' && told.hint !== '',
          JSON.stringify(told),
        );
      }
    },
    'reads back its own configuration from JSON unchanged': async ({ driver, config }) => {
      const again = driver.parse(JSON.parse(JSON.stringify(config)), 'here');
      assert.deepEqual(again, { ok: true, value: config });
    },
    'describes a fault without a line break': async ({ driver, config }) => {
      assert.match(driver.describe(config), /^\S.*\S$/);
    },
    'names its targets, each once': async ({ driver, config, context }) => {
      const names = (await driver.targets(config, context)).map(({ name }) => name);
      assert(names.length > 0);
      assert.equal(new Set(names).size, names.length);
    },
    'takes an empty target for an error': async ({ driver, empty, context }) => {
      await assert.rejects(driver.targets(empty, context), Error);
      await assert.rejects(driver.inject(empty, context), Error);
    },
    'shows an absent fault as absent': async ({ driver, config, context }) => {
      assert.deepEqual(await driver.status(config, context), { state: 'absent' });
    },
    'acknowledges each target, shows the fault, and heals it': async (held) => {
      const { driver, config, context } = held;
      const targets = (await driver.targets(config, context)).map(({ name }) => name);
      const before = systemClock.now();
      const acknowledged = await driver.inject(config, context);
      const after = systemClock.now();
      assert.deepEqual(acknowledged.map(({ target }) => target).sort(), targets.sort());
      for (const { sent, confirmed, detail } of acknowledged) {
        assert(before <= sent && sent <= confirmed && confirmed <= after, 'instants out of order');
        assert.notEqual(detail, '');
      }
      assert.equal((await driver.status(config, context)).state, 'present');
      assert.equal(await held.works(), false, 'the target works although the fault is in');
      await driver.heal(held.entry, context);
      assert.deepEqual(await driver.status(config, context), { state: 'absent' });
    },
    'heals when nothing was injected': async ({ driver, entry, context, works }) => {
      await driver.heal(entry, context);
      assert.equal(await works(), true);
    },
    'heals twice, and at the same time': async ({ driver, config, entry, context }) => {
      await driver.inject(config, context);
      await Promise.all([driver.heal(entry, context), driver.heal(entry, context)]);
      await driver.heal(entry, context);
      assert.deepEqual(await driver.status(config, context), { state: 'absent' });
    },
    'is healed by another process from the entry alone': async ({
      driver,
      config,
      entry,
      context,
      ...held
    }) => {
      await driver.inject(config, context);
      await held.healElsewhere(JSON.stringify(entry));
      assert.deepEqual(await driver.status(config, context), { state: 'absent' });
    },
    'rejects an entry that it cannot read': async ({ driver, entry, context }) => {
      await assert.rejects(driver.heal({ ...entry, config: { nonsense: true } }, context), /undo entry/);
    },
    'ends its waiting when it is told to': async ({ driver, config, entry, context }) => {
      const signal = AbortSignal.abort(new Error('told to'));
      await assert.rejects(driver.heal(entry, { ...context, signal }), Error);
      const status = await driver.status(config, { ...context, signal }).catch(() => ({ state: 'unknown' }));
      assert.notEqual(status.state, 'absent', 'a target that was not looked at was called healed');
    },
  };
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => {
      const made = subject();
      const parsed = made.driver.parse(made.raw, 'here');
      assert(parsed.ok, `the configuration must be good: ${JSON.stringify(parsed)}`);
      assert.equal(await made.works(), true, 'the target must work before');
      const context: DriverContext = {
        clock: systemClock,
        signal: AbortSignal.timeout(30_000),
        say: () => undefined,
      };
      // As an experiment does it: what is left open is settled before anything is written down.
      const config =
        (await made.driver.pin?.(parsed.value, { run: 'contract', seed: 1 }, context)) ?? parsed.value;
      const entry = entryFor(made.driver.kind, config);
      await check({ ...made, config, context, entry });
      assert.equal(await made.works(), true, 'the target must work afterwards');
    },
  }));
}

type Held<Config> = ContractSubject<Config> & {
  readonly config: Config;
  readonly context: DriverContext;
  readonly entry: UndoEntry;
};

function entryFor(driver: string, config: unknown): UndoEntry {
  return {
    id: '0001-c0ffee',
    sequence: 1,
    driver,
    config,
    describe: 'the fault of the contract',
    deadline: new Date(Date.now() + 60_000).toISOString(),
    createdAt: new Date().toISOString(),
    revives: 'nothing',
  };
}
