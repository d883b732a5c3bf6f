import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { Cache } from './cache.ts';
import type { ApiConfig } from './config.ts';
import { contractOf } from './contracts/contracts.ts';
import { durableWriter } from './documents/durable-writer.ts';
import { lossyWriter } from './documents/lossy-writer.ts';
import { hold } from './hogs.ts';
import { limitsOf, tenantLimitOf } from './limits.ts';
import { Metrics } from './metrics.ts';
import { Readiness, type Says } from './readiness.ts';
import { buildServer } from './server.ts';
import { Store } from './store/store.ts';
import { Tenants } from './tenants.ts';

/**
 * Long enough for the load balancer's checks to see that the replica leaves: so long no request has come. On a busy
 * machine checks are late; but whoever ends the replica does not wait for ever.
 */
const QUIET_MS = 700;
const LEAVE_AT_MOST_MS = 4_000;

/** A replica that serves. */
export interface RunningReplica {
  /** Says that it is not ready, finishes what it has begun, and resolves once nothing of it is left. */
  leave(): Promise<void>;
}

/** Serves the platform's HTTP interface at `host`. `complain` is told what goes wrong on this side. */
export async function runReplica(
  config: ApiConfig,
  host: string,
  complain: (line: string) => void,
): Promise<RunningReplica> {
  // What a version mixes by itself is mixed as a lab that was told to.
  const sabotage: ApiConfig['sabotage'] =
    config.defect === 'mixed-tenants' ? [...config.sabotage, 'mixed-tenants'] : config.sabotage;
  const { now } = systemClock;
  const contract = contractOf(config.platform);
  const store = new Store(config.databases, now, {
    ...(sabotage.includes('stale-reads') ? { readFrom: 'b' } : {}),
    ...(contract.connectionWaitMs === undefined ? {} : { connectionWaitMs: contract.connectionWaitMs }),
  });
  const metrics = new Metrics(contract.metrics, store, config.version);
  const cache = new Cache(config.redis, () => metrics.cacheError());
  const readiness = new Readiness(store, cache, now, saidBy(config));
  const app = {
    replica: config.replica,
    store,
    cache,
    readiness,
    tenants: new Tenants(store),
    documents: sabotage.includes('lose-acknowledged-writes') ? lossyWriter(store, now) : durableWriter(store),
    sabotage,
    limitTenant: tenantLimitOf(contract, sabotage),
    limit: limitsOf(contract, sabotage, { cache, now, worker: config.replica }),
  };
  const { server, traffic } = await buildServer(config, contract, app, metrics, now, complain);
  const held = hold(config);

  /** Sabotage: the database goes first, and until the end it says that it is ready. */
  async function leaveAtOnce(): Promise<void> {
    await store.close();
    await delay(3 * QUIET_MS);
  }
  async function leaveInOrder(): Promise<void> {
    readiness.leave();
    const begun = now();
    do await delay(QUIET_MS / 10);
    while (now() - Math.max(begun, traffic.lastAt) < QUIET_MS && now() - begun < LEAVE_AT_MOST_MS);
    await server.close();
    await Promise.all([store.close(), held.release()]);
    cache.close();
  }
  let leaving: Promise<void> | undefined;

  await server.listen({ port: config.port, host });
  return { leave: () => (leaving ??= sabotage.includes('no-drain') ? leaveAtOnce() : leaveInOrder()) };
}

function saidBy({ defect, sabotage }: ApiConfig): Says {
  if (defect === 'never-ready') return 'never ready';
  if (sabotage.includes('lying-health') || sabotage.includes('no-drain')) return 'always ready';
  return sabotage.includes('no-reconnect') ? 'never ready again' : 'the truth';
}
