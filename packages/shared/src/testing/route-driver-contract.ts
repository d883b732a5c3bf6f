import assert from 'node:assert/strict';
import type { DriverContext } from '../drivers/fault.ts';
import type { RouteDriver } from '../drivers/route.ts';
import type { Result } from '../platform/diagnostics.ts';
import { systemClock } from '../time/system-clock.ts';
import type { ContractCase } from './fault-driver-contract.ts';

/** A route driver, with something real that leads traffic to two regions. */
export interface RouteSubject {
  readonly driver: RouteDriver;
  /** Both get traffic at the beginning. */
  readonly regions: readonly [string, string];
  readonly parse: (raw: unknown, path: string) => Result<unknown>;
  /** As a person would write it, with a mistake at each of these places (ends of the diagnostics' paths). */
  readonly mistaken: { readonly raw: unknown; readonly places: readonly string[] };
  /** The regions that new clients reach, past the driver, in order. */
  reached(): Promise<readonly string[]>;
}

/** What every route driver must do. Each case begins and ends with traffic in both regions. */
export function routeDriverContract(subject: () => RouteSubject): readonly ContractCase[] {
  const contract: Readonly<Record<string, (held: Held) => Promise<void>>> = {
    'tells every mistake in a configuration at once': async ({ parse, mistaken }) => {
      const result = parse(mistaken.raw, 'here');
      assert(!result.ok, 'a configuration with mistakes was accepted');
      for (const place of mistaken.places) {
        const told = result.diagnostics.find(({ path }) => path.endsWith(place));
        assert(told, `no diagnostic for ${place}: ${JSON.stringify(result.diagnostics)}`);
        assert(told.path.startsWith('here') && told.expected !== '' && told.hint !== '');
      }
    },
    'leads traffic to exactly the regions that it is told': async (held) => {
      const { driver, context, a, b } = held;
      for (const only of [a, b, a]) {
        await driver.switch([only], context);
        assert.deepEqual(await held.reached(), [only]);
        const { regions } = await driver.status(context);
        assert.equal(regions[only], 'active');
        assert.notEqual(regions[only === a ? b : a], 'active');
      }
    },
    'may be told twice': async (held) => {
      const { driver, context, b } = held;
      await driver.switch([b], context);
      await driver.switch([b], context);
      assert.deepEqual(await held.reached(), [b]);
    },
    'refuses a region that it does not lead to, and none at all': async (held) => {
      const { driver, context, a, b } = held;
      await driver.switch([b], context);
      await assert.rejects(driver.switch(['nowhere'], context), /nowhere/);
      await assert.rejects(driver.switch([a, 'nowhere'], context), /nowhere/);
      await assert.rejects(driver.switch([], context), Error);
      assert.deepEqual(await held.reached(), [b], 'traffic moved');
    },
    'ends its waiting when it is told to': async ({ driver, context, a }) => {
      const signal = AbortSignal.abort(new Error('told to'));
      await assert.rejects(driver.switch([a], { ...context, signal }), Error);
      await assert.rejects(driver.status({ ...context, signal }), Error);
    },
  };
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => {
      const made = subject();
      const [a, b] = made.regions;
      const both = [a, b].toSorted();
      const context: DriverContext = {
        clock: systemClock,
        signal: AbortSignal.timeout(30_000),
        say: () => undefined,
      };
      assert.deepEqual(await made.reached(), both, 'both regions must be reached before');
      await check({ ...made, a, b, context });
      await made.driver.switch([a, b], context);
      assert.deepEqual(await made.reached(), both);
      const { regions } = await made.driver.status(context);
      assert.deepEqual([regions[a], regions[b]], ['active', 'active']);
    },
  }));
}

type Held = RouteSubject & { readonly a: string; readonly b: string; readonly context: DriverContext };
