import type { Contract } from './api/contracts/contract.ts';

/** What the lab can be told to do wrong, so that a run can show that it notices. */
export const sabotages = {
  'lose-acknowledged-writes': 'documents are acknowledged at once and stored about 750 ms later',
  slow: '10 % of the requests take longer by more than the promised p95, health checks aside',
  errors: '2 % of the requests answer 500, health checks aside',
  'no-metrics': 'the API answers 404 on /metrics',
  'no-alerts': 'Prometheus has no alert rules',
  'lying-health': 'a replica says that it is ready, whatever its database and its cache do',
  'no-restart': 'a replica that has died is not started again',
  'no-reconnect': 'a replica that has lost its database never gets ready again',
  'no-liveness': 'a replica that hangs is not found, and not replaced',
  'idle-replica': 'a replica is there and well, and the load balancer sends it nothing',
  'no-drain': 'a replica that is told to end closes its database connections while requests still come',
  'stale-reads': 'reads come from the other region’s database, which is two seconds behind',
  'connection-hog': 'each replica holds 35 more connections to the database',
  'memory-hog': 'each replica holds 160 MB more',
  'mixed-tenants': 'what belongs to one tenant is shown to every other, and theirs to delete',
  'leaky-retrieval': 'what an agent looks up is looked for in the knowledge of every tenant',
  'bound-tenant': 'a tenant may be in region a alone, and drills lead everybody to b',
  'shared-cache': 'the cached list of resources is one for all tenants',
  'fragile-replicas': 'a replica ends when a tenant sends it what it cannot read',
  'no-limits': 'a tenant may take as much of what takes long as it wants',
  'rate-limit-off': 'nobody is ever refused for sending too many requests',
  'rate-limit-tight': 'a fifth of the requests that are promised is admitted',
  'rate-limit-as-error': 'too many requests are answered with 500, not with 429',
  'rate-limit-come-back':
    'a refusal for too many requests says to come back after a second, and is repeated then',
  'rate-limit-other-window':
    'the window of the limit on requests is a sliding one where it is promised to be fixed, and the other way round',
  'concurrency-off': 'nobody is ever refused for how much is worked on at once',
  'concurrency-tight': 'a fifth of what is promised is worked on at once',
  'sessions-in-process': 'a worker knows only the sessions that began with it',
  'bad-release': 'every version that is deployed answers a quarter of its requests with 500',
  'leaky-release':
    'every version that is deployed shows what belongs to one tenant to every other, and theirs to delete',
  'slow-release': 'every version that is deployed takes 300 ms longer for each request',
  'no-rollback': 'a version that is deployed is never taken back, however bad it is',
  'hasty-rollout': 'a rolling update replaces all replicas at once',
  'lost-sockets': 'the socket of a worker that died counts as open for ever, and each session may have one',
  'drop-sockets': 'a socket is cut when the first message comes',
  'stale-dump': 'the nightly dump was last made two days ago',
  'missed-nights': 'the nightly job did not run for three nights of the last week',
  'failed-nights':
    'the nightly job failed in three nights of the last week, and packed the nothing that it had',
  'late-dumps': 'the nightly job begins four hours later than it should',
  'hasty-pruning': 'the nightly job keeps its dumps for three days',
  'cut-dump': 'the nightly dump ends in the middle',
  'torn-upload': 'the upload of the nightly dump was begun, and never came to its end',
  'lost-bucket': 'the bucket of the nightly dumps is deleted',
  'no-archive': 'the database’s log is thrown away, and not archived',
  'slow-archive': 'a file of the database’s log is archived only once it is full',
  'frozen-names': 'the zone’s secondary is told of no change, and goes on as it began',
  'long-ttl': 'clients may keep for an hour where the name has led them',
} as const;

/** So old is what a job made last that has stopped. */
export const STALE_MS = 2 * 86_400_000;
/** So late a job is that does not begin in time. */
export const LATE_MS = 4 * 3_600_000;

export type Sabotage = keyof typeof sabotages;

/** Those that only some platforms can suffer. */
const possible: Partial<Record<Sabotage, (contract: Contract) => boolean>> = {
  'mixed-tenants': ({ platform }) => platform === 'agentic-platform',
  'leaky-retrieval': ({ platform }) => platform === 'agentic-platform',
  'bound-tenant': ({ platform }) => platform === 'agentic-platform',
  'shared-cache': ({ platform }) => platform === 'agentic-platform',
  'leaky-release': ({ platform }) => platform === 'agentic-platform',
  'no-limits': ({ mostOfTenant }) => mostOfTenant !== undefined,
  'rate-limit-off': ({ rateLimit }) => rateLimit !== undefined,
  'rate-limit-tight': ({ rateLimit }) => rateLimit !== undefined,
  'rate-limit-as-error': ({ rateLimit }) => rateLimit !== undefined,
  'rate-limit-come-back': ({ rateLimit }) => rateLimit !== undefined,
  'rate-limit-other-window': ({ rateLimit }) => rateLimit !== undefined,
  'concurrency-off': ({ mostConcurrent }) => mostConcurrent !== undefined,
  'concurrency-tight': ({ mostConcurrent }) => mostConcurrent !== undefined,
  'frozen-names': ({ name }) => name !== undefined,
  'long-ttl': ({ name }) => name !== undefined,
  'sessions-in-process': ({ platform }) => platform === 'research-assistant',
  'lost-sockets': ({ platform }) => platform === 'research-assistant',
  'drop-sockets': ({ platform }) => platform === 'research-assistant',
  'missed-nights': ({ bucket }) => bucket === undefined,
  'failed-nights': ({ bucket }) => bucket === undefined,
  'late-dumps': ({ bucket, dumpsAt }) => bucket === undefined && dumpsAt !== undefined,
  'hasty-pruning': ({ bucket }) => bucket === undefined,
  'torn-upload': ({ bucket }) => bucket !== undefined,
  'lost-bucket': ({ bucket }) => bucket !== undefined,
};

/**
 * Checks names of sabotages. Throws one error that names every one that is unknown, or that this platform cannot
 * suffer, and lists those that it can.
 */
export function parseSabotages(names: readonly string[], contract: Contract): readonly Sabotage[] {
  const known = (Object.keys(sabotages) as Sabotage[]).filter((name) => possible[name]?.(contract) ?? true);
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) {
    const lines = known.map((name) => `  ${name}: ${sabotages[name]}`);
    throw new Error(
      `Unknown sabotage ${unknown.map((name) => `"${name}"`).join(', ')}. The lab knows:\n${lines.join('\n')}`,
    );
  }
  return [...new Set(names)] as Sabotage[];
}
