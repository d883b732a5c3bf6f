import { orderFrom } from './order.ts';
import type { StopSource } from './source.ts';

/** One ConfigMap of a cluster, by whoever can talk to that. Every method rejects when the cluster does not answer. */
export interface ConfigMapStore {
  /** For people, for instance `the ConfigMap ordeal/ordeal-stop in staging`. */
  readonly where: string;
  /** Undefined when it is not there. `version` tells this state of it from others. */
  read(
    signal: AbortSignal,
  ): Promise<{ readonly data: Readonly<Record<string, string>>; readonly version: string } | undefined>;
  /** False: there is one already. */
  create(data: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean>;
  /** Removes exactly this state of it. False: it has changed, or is gone. */
  remove(version: string, signal: AbortSignal): Promise<boolean>;
}

/**
 * The emergency stop of a cluster: a ConfigMap, which can be made from any machine, also by hand with `kubectl`. That
 * it is there is the order. `whenUnknown` is `hold` for a run that breaks things on that cluster.
 */
export function configMapStop(store: ConfigMapStore, whenUnknown: StopSource['whenUnknown']): StopSource {
  return {
    where: store.where,
    whenUnknown,

    async read(signal) {
      const found = await store.read(signal);
      return found === undefined ? { state: 'clear' } : { state: 'ordered', order: orderFrom(found.data) };
    },

    async order(order, signal) {
      if (await store.create({ by: order.by, at: order.at, why: order.why }, signal)) return order;
      const found = await store.read(signal);
      if (found === undefined) {
        throw new Error(`The stop in ${store.where} was cleared by somebody else at the same time.`);
      }
      return orderFrom(found.data);
    },

    async clear(signal) {
      const found = await store.read(signal);
      if (found === undefined) return undefined;
      if (!(await store.remove(found.version, signal))) {
        throw new Error(
          `The stop in ${store.where} was changed by somebody else: look at it, and clear it again.`,
        );
      }
      return orderFrom(found.data);
    },
  };
}
