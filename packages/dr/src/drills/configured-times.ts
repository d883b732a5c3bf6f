import type { DriverContext, Loss } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { BoundRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';
import { explain, type ConfiguredBounds } from '../drivers/self-recovery.ts';
import type { Course, MilestoneName } from './course.ts';
import { ObserverBroke } from './drill.ts';
import { stableSeconds } from './stable.ts';
import type { DrillStep } from './steps.ts';

/** One time that settings bound, as it was read before a drill. Seconds. */
export interface ConfiguredTime {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly configured: Bounds;
  readonly reason: string;
  /** Between which milestones it is measured; without a beginning, from the fault. */
  readonly from?: MilestoneName;
  readonly to: MilestoneName;
}

/** Reads what the configuration says about how long it takes: what was measured is set against it afterwards. */
export const readBounds: DrillStep = {
  name: 'bounds',
  plan: () =>
    'read what the configuration says about how long it takes (leases, check intervals, kept answers)',
  run: async (course, within) => {
    const { store, route } = course.deps;
    const take = async (what: string, read: () => Promise<ConfiguredTime | undefined>): Promise<void> => {
      try {
        const one = await read();
        if (one !== undefined) course.configured.push(one);
      } catch (error) {
        within.signal.throwIfAborted();
        const message = `what the configuration says of ${what} could not be read: ${reasonOf(error)}`;
        course.context.journal.append({ type: 'warning', message });
      }
    };
    const { kind } = course.phase.drill;
    await take('detection', async () => {
      const found = kind === 'failover' ? await route.detection?.(within) : undefined;
      return found && { name: 'detection', ...found, to: 'detected' };
    });
    await take('takeover', async () => {
      const found = kind === 'observe' ? await store.bounds?.(within) : undefined;
      return found && takeover(found, lossOf(course));
    });
    await take('kept answers', async () => {
      const kept = await route.keptForSeconds?.(within);
      if (kept === undefined) return undefined;
      return {
        name: 'answers kept by clients',
        settings: { ttl: `${kept} s` },
        configured: { low: 0, high: kept },
        reason: `a client goes on for up to ${kept} s where it was led to before`,
        from: 'routed',
        to: 'recovered',
      };
    });
    course.leaseSeconds = await leaseOf(course, within);
    const words = course.configured.map(
      ({ name, configured: { low, high } }) => `${name} ${low} to ${high} s`,
    );
    if (course.leaseSeconds !== undefined) {
      words.push(
        `a lease of ${course.leaseSeconds} s, so clients must be well for ${stableSeconds(course)} s`,
      );
    }
    return { detail: words.length === 0 ? 'no setting bounds it' : words.join(', ') };
  },
};

/** Nothing was touched yet. Without it nobody knows for how long clients have to be well. */
async function leaseOf({ deps }: Course, within: DriverContext): Promise<number | undefined> {
  try {
    return await deps.store.leaseSeconds?.(within);
  } catch (error) {
    within.signal.throwIfAborted();
    throw new ObserverBroke(`how long a lease of the store lasts could not be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function lossOf({ deps: { fault } }: Course): Loss | undefined {
  return fault?.driver.loss?.(fault.config);
}

/** Of a loss that nobody can tell each way may explain the time. */
function takeover(
  { settings, takeover: of, reason }: ConfiguredBounds,
  loss: Loss | undefined,
): ConfiguredTime {
  const ways = loss === undefined ? [of.killed, of.stopped, of.frozen, of.partitioned] : [of[loss]];
  const configured = {
    low: Math.min(...ways.map(({ low }) => low)),
    high: Math.max(...ways.map(({ high }) => high)),
  };
  const how =
    loss === undefined ? 'how the fault takes it away is not told, so that each way counts' : `it is ${loss}`;
  return { name: 'takeover', settings, configured, reason: `${how}; ${reason}`, to: 'promoted' };
}

/** What was read, beside what was measured. */
export function boundRecords({ configured, milestones, t0 }: Course): readonly BoundRecord[] {
  return configured.map(({ name, settings, configured: bounds, reason, from, to }) => {
    const begin = from === undefined ? t0 : milestones.get(from);
    const end = milestones.get(to);
    const common = { name, settings, configured: bounds };
    if (begin === undefined || end === undefined) {
      return {
        ...common,
        measured: null,
        outcome: 'not measured',
        detail: `it did not come to that; ${reason}`,
      };
    }
    const measured = {
      low: Math.max(0, end.low - begin.high) / 1000,
      high: Math.max(0, end.high - begin.low) / 1000,
    };
    const { outcome, detail } = explain(measured, bounds);
    return { ...common, measured, outcome, detail: `${detail}; ${reason}` };
  });
}
