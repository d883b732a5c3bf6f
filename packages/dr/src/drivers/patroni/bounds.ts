import type { Bounds } from '@ordeal/shared/time/interval';
import type { ConfiguredBounds } from '../self-recovery.ts';
import type { ClusterSettings } from './answers.ts';

/** Patroni's own limit for asking another member how far it is, in seconds (`fetch_node_status`). */
const askMember = 2;
/** Electing, leaving recovery and the first write, on a server that need not replay for long. Seconds. */
const promotion = 2;

/**
 * What Patroni's settings say about how long it takes until another node takes writes. Seconds.
 *
 * The leader renews its lock every `loop_wait`; with etcd's leases it skips a renewal that comes a moment early, so
 * a lock is up to twice `loop_wait` old when its holder dies, and lasts `ttl` from its renewal. The others learn of
 * its end at once or with their next loop; each then asks all the others, and a dead one may cost the full limit.
 * A leader that stops gives its lock back itself, once PostgreSQL has shut down.
 */
export function boundsOf(settings: ClusterSettings): ConfiguredBounds {
  const { ttl, loop_wait: loop, retry_timeout: retry } = settings;
  const election = loop + askMember + promotion;
  const expiry: Bounds = { low: Math.max(0, ttl - 2 * loop), high: ttl + election };
  const unsafe = unsafeTimes(settings);
  return {
    settings: { ttl: `${ttl} s`, loop_wait: `${loop} s`, retry_timeout: `${retry} s` },
    takeover: {
      killed: expiry,
      frozen: expiry,
      // Cut off, it keeps trying for `retry_timeout` and gives up; the lock in the store runs out all the same.
      partitioned: expiry,
      stopped: { low: 0, high: election + loop },
      'switched over': { low: 0, high: election + loop },
    },
    reason:
      `a lock that its holder cannot renew lasts ttl ${ttl} s from its last renewal, which is up to twice loop_wait ` +
      `${loop} s ago; then at most loop_wait until it is noticed, ${askMember} s to ask a dead member, and about ` +
      `${promotion} s to promote` +
      (unsafe === undefined ? '' : `. TWO WRITERS ARE POSSIBLE by these settings: ${unsafe}`),
  };
}

/**
 * Published times until another node takes writes, with Patroni's defaults (ttl 30, loop_wait 10, retry_timeout 10),
 * from patroni-routing-bench. Seconds.
 */
export const published: Readonly<Record<'killed' | 'stopped' | 'switched over', Bounds>> = {
  killed: { low: 20, high: 31 },
  stopped: { low: 1.2, high: 10.1 },
  'switched over': { low: 1, high: 6.6 },
};

/**
 * Whether the settings keep Patroni's own rule `loop_wait + 2 × retry_timeout ≤ ttl`. Where they do not, a cut-off
 * leader may still write after its lock has run out. Undefined when they do.
 */
function unsafeTimes({ ttl, loop_wait: loop, retry_timeout: retry }: ClusterSettings): string | undefined {
  return loop + 2 * retry <= ttl
    ? undefined
    : `loop_wait ${loop} s + 2 × retry_timeout ${retry} s is more than ttl ${ttl} s: a leader that is cut off may ` +
        'still write after another one has the lock';
}
