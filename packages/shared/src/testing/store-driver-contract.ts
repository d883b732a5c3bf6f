import assert from 'node:assert/strict';
import type { DriverContext } from '../drivers/fault.ts';
import type { StoreDriver, StoreNode } from '../drivers/store.ts';
import type { Result } from '../platform/diagnostics.ts';
import { systemClock } from '../time/system-clock.ts';
import type { ContractCase } from './fault-driver-contract.ts';

/** A store driver, with a real store of at least two nodes. */
export interface StoreSubject {
  readonly driver: StoreDriver;
  /** Two of its nodes. At the beginning the first one is the primary, and the second follows it. */
  readonly nodes: readonly [string, string];
  /** Other nodes that follow the first one: they stay standbys, whoever moves. */
  readonly others?: readonly string[];
  readonly parse: (raw: unknown, path: string) => Result<unknown>;
  /** As a person would write it, with a mistake at each of these places (ends of the diagnostics' paths). */
  readonly mistaken: { readonly raw: unknown; readonly places: readonly string[] };
  /** Writes to exactly this node, past the driver. Rejects unless the write was acknowledged. */
  write(node: string, id: number): Promise<void>;
  /** Everything that is stored, read from this node. */
  read(node: string): Promise<readonly number[]>;
  /** The node's machine is gone. */
  kill(node: string): Promise<void>;
  /** Whatever starts the node after a failure does so. */
  restart(node: string): Promise<void>;
}

/**
 * What every store driver must do, in one story: each case begins where the one before has left the store, and they
 * are run in their order.
 */
export function storeDriverContract(subject: () => StoreSubject): readonly ContractCase[] {
  let next = 1;
  const acknowledged: number[] = [];
  const put = async (held: Held, node: string): Promise<void> => {
    const id = next++;
    await held.write(node, id);
    acknowledged.push(id);
  };
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
    'tells who is primary, and that the other one follows': async (held) => {
      await put(held, held.a);
      const status = await held.driver.status(held.context);
      const primary = nodeOf(status.nodes, held.a);
      const standby = nodeOf(status.nodes, held.b);
      assert.equal(roleOf(primary), 'primary');
      assert.equal(roleOf(standby), 'standby');
      assert(primary.reachable && standby.reachable);
      assert.equal(primary.timeline, standby.timeline);
      assert.notEqual(standby.lagSeconds, undefined, 'it follows');
      assert(Object.keys(status.settings).length > 0, 'no durability settings');
    },
    'refuses what names no node of the store': async ({ driver, context, a }) => {
      await assert.rejects(driver.promote('nowhere', context), /nowhere/);
      await assert.rejects(driver.fence('nowhere', context), /nowhere/);
      await assert.rejects(driver.rejoin('nowhere', a, context), /nowhere/);
    },
    'refuses to follow a node that is no primary': async (held) => {
      const { driver, context, a, b } = held;
      await assert.rejects(driver.rejoin(a, b, context), Error);
      await put(held, a);
    },
    'leaves a primary as it is that is to hand over to nobody who follows it': async (held) => {
      const { driver, context, a, b } = held;
      await assert.rejects(driver.demote(a, 'nowhere', context), /nowhere/);
      await assert.rejects(driver.demote(a, a, context), Error);
      await put(held, a);
      await mustHold(held, b, acknowledged);
    },
    'leaves a primary that is promoted, and a standby that is rejoined, as they are': async (held) => {
      const { driver, context, a, b } = held;
      await driver.promote(a, context);
      await driver.rejoin(b, a, context);
      await put(held, a);
    },
    'ends its waiting when it is told to': async ({ driver, context, b }) => {
      const signal = AbortSignal.abort(new Error('told to'));
      await assert.rejects(driver.promote(b, { ...context, signal }), Error);
    },
    'switches over as planned without a loss, and keeps the old primary from writing': async (held) => {
      const { driver, context, a, b } = held;
      const before = nodeOf((await driver.status(context)).nodes, a);
      await put(held, a);
      await driver.demote(a, b, context);
      await driver.promote(b, context);
      await driver.promote(b, context);
      await assert.rejects(held.write(a, -1), Error, 'the old primary took a write');
      await put(held, b);
      await driver.rejoin(a, b, context);
      const status = await driver.status(context);
      const after = nodeOf(status.nodes, b);
      assert.deepEqual([roleOf(nodeOf(status.nodes, a)), roleOf(after)], ['standby', 'primary']);
      for (const other of held.others ?? []) {
        assert.equal(roleOf(nodeOf(status.nodes, other)), 'standby', `${other} was not to take over`);
      }
      assert(
        before.reachable && after.reachable && after.timeline !== before.timeline,
        'a timeline of its own',
      );
      await mustHold(held, b, acknowledged);
      await mustHold(held, a, acknowledged);
    },
    'fails over from a primary that is gone, which stays unable to write when it is back': async (held) => {
      const { driver, context, a, b } = held;
      await put(held, b);
      await mustHold(held, a, acknowledged);
      await held.kill(b);
      assert.equal(nodeOf((await driver.status(context)).nodes, b).reachable, false);
      await driver.fence(b, context);
      await driver.fence(b, context);
      await driver.promote(a, context);
      await put(held, a);
      await held.restart(b);
      await assert.rejects(held.write(b, -2), Error, 'the old primary took a write after its restart');
      await driver.rejoin(b, a, context);
      await put(held, a);
      await mustHold(held, b, acknowledged);
      const status = await driver.status(context);
      assert.deepEqual(
        [a, b].map((name) => roleOf(nodeOf(status.nodes, name))),
        ['primary', 'standby'],
      );
    },
  };
  return Object.entries(contract).map(([name, check]) => ({
    name,
    run: async () => {
      const made = subject();
      const [a, b] = made.nodes;
      const context: DriverContext = {
        clock: systemClock,
        signal: AbortSignal.timeout(120_000),
        say: () => undefined,
      };
      await check({ ...made, a, b, context });
    },
  }));
}

type Held = StoreSubject & { readonly a: string; readonly b: string; readonly context: DriverContext };

function nodeOf(nodes: readonly StoreNode[], name: string): StoreNode {
  const node = nodes.find((one) => one.name === name);
  assert(node, `the status names no node ${name}`);
  return node;
}

function roleOf(node: StoreNode): string {
  return node.reachable ? node.role : `unreachable: ${node.reason}`;
}

/** A standby has it a moment later. */
async function mustHold(held: Held, node: string, ids: readonly number[]): Promise<void> {
  const deadline = systemClock.now() + 20_000;
  for (;;) {
    const stored = new Set(await held.read(node).catch(() => []));
    const lost = ids.filter((id) => !stored.has(id));
    if (lost.length === 0) return;
    assert(systemClock.now() < deadline, `node ${node} has lost ${lost.join(', ')} of ${ids.length} writes`);
    await systemClock.sleep(50);
  }
}
