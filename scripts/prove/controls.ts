/** A sabotage of the lab, and what has to notice it. */
export interface Control {
  readonly platform: string;
  /** As `--sabotage` takes it: of several with a space between them, where one alone is put right by the platform. */
  readonly sabotage: string;
  /** The shortest command that has to notice: a suite, or one phase of the game day. */
  readonly run: readonly string[];
  /** What has to be named: a finding that is no pass or its explanation, a check of the gate, or a reason of the verdict. */
  readonly finds: string;
  /** All that is left behind names one of these, and each is named by something. Absent: nothing has to be left, or may be. */
  readonly leaves?: readonly string[];
  /** What may be left besides, or not: it depends on when the platform dies. */
  readonly mayLeave?: readonly string[];
}

const smoke = ['smoke'];
const limit = (phase: string) => ['load', '--scenario', 'limits', '--only', phase];
const load = ['load', '--pace', 'short'];
const chaos = (phase: string) => ['chaos', '--only', phase, '--pace', 'short'];
const deploys = (phase: string) => ['chaos', '--scenario', 'deploys', '--only', phase, '--pace', 'short'];
const drill = ['drill', '--only', 'region-lost', '--pace', 'short'];
const dump = ['drill', '--scenario', 'recovery', '--only', 'restore-dump', '--pace', 'short'];
const schedule = ['drill', '--scenario', 'recovery', '--only', 'backup-freshness', '--pace', 'short'];
const log = ['drill', '--scenario', 'recovery', '--only', 'archived-log', '--pace', 'short'];
const backup = (phase: string) => ['drill', '--only', phase, '--pace', 'short'];

/** What such a drill leaves on purpose, as nobody fails back: the region that it has lost. */
const LOST = ['SIGKILL to everything of region a'];
/** What was written cannot be deleted of a platform whose name leads to the lost region. */
const WRITTEN = ['what the drill region-lost has written', 'data that the run created'];
/** A replica that died, and was not started again, or is not ready. */
const KILLED = ['a/api-1'];
/** What is said of a refusal that names a time at which it is repeated. */
const COME_BACK = 'who comes back when a refusal says so is admitted: broken';
/** What is said of replicas that stay out of the load balancer, while the others serve all clients. */
const NOT_BACK = 'is not back';
/** What is said of copies that are kept: of nights without any, of others than the promised hours, of empty ones, of too few nights. */
const GAP = 'at most 25.0 hours are promised';
const NO_COPY = 'nor at any other hour';
const OTHER_HOURS = 'were at other hours';
const NOTHING_IN_IT = 'Nothing is in platform_';
const KEPT_TOO_SHORT = 'each is to be kept for';
/** What is said of what was written and is not found. */
const NOT_THERE = 'expected a status under 400, got status 404';
/** What is said of a log that is archived only as it fills. */
const UNBOUNDED = 'archive_timeout is 0';
/** What a restore says of a log that the server takes for archived, and that is not there. */
const ARCHIVED_BY_NOTHING = 'the server says that it was archived by /bin/true';

const of = (
  platform: string,
  controls: readonly (readonly [
    sabotage: string,
    run: readonly string[],
    finds: string,
    leaves?: readonly string[],
    mayLeave?: readonly string[],
  ])[],
): readonly Control[] =>
  controls.map(([sabotage, run, finds, leaves, mayLeave]) => ({
    platform,
    sabotage,
    run,
    finds,
    ...(leaves === undefined ? {} : { leaves }),
    ...(mayLeave === undefined ? {} : { mayLeave }),
  }));

/** The typical failures of each platform, as its README names them. */
export const controls: readonly Control[] = [
  ...of('agentic-platform', [
    ['mixed-tenants', smoke, 'check "no other tenant sees it among its resources" did not hold'],
    ['leaky-retrieval', smoke, 'no agent of another tenant finds the document'],
    ['bound-tenant', drill, 'would move tenant eu-clinic'],
    // The gate may find in the cache what was there before it began.
    [
      'shared-cache',
      ['gameday', '--only', 'noisy-tenant', '--pace', 'short'],
      'tenants see nothing of each other',
    ],
    [
      'fragile-replicas',
      ['gameday', '--only', 'failing-tenant', '--pace', 'short'],
      'errors of tenant ordeal beside globex',
      [],
      // Nobody may be there to delete it.
      ['data that the run created'],
    ],
    [
      'no-limits',
      ['gameday', '--only', 'noisy-tenant', '--pace', 'short'],
      // On a small machine what is served instead of refused takes so much that the load is not what it should be: nothing is
      // said of latency then. That nobody was told is seen all the same.
      'alert on a tenant over its quota',
    ],
    ['stale-reads', smoke, `create-agent: get agent: ${NOT_THERE}`],
    ['slow', load, 'client p95'],
    ['errors', load, 'client errors'],
    ['no-metrics', load, 'API replicas: 0 alive, 4 needed'],
    ['lying-health', chaos('database-unreachable'), 'client errors while a database is unreachable'],
    ['no-reconnect', chaos('database-unreachable'), NOT_BACK, KILLED],
    [
      'no-restart',
      chaos('replica-killed'),
      'replica-killed was aborted: the fault could not be healed',
      [...KILLED, 'a is degraded'],
    ],
    ['bad-release', deploys('canary'), 'time to deploy'],
    ['no-rollback', deploys('bad-canary'), 'time to roll back'],
    ['no-drain', deploys('rolling'), 'requests lost by a deployment'],
    ['slow-release no-rollback', deploys('rolling'), 'client p95'],
    ['leaky-release', deploys('rolling'), 'tenants see nothing of each other'],
    ['no-alerts', drill, 'alert on a lost region', LOST],
    ['lose-acknowledged-writes', drill, 'no acknowledged write lost', LOST],
    ['stale-dump', dump, 'age of the nightly dump'],
    ['cut-dump', dump, 'dump complete'],
    ['missed-nights', schedule, GAP],
    ['hasty-pruning', schedule, KEPT_TOO_SHORT],
    ['slow-archive', log, UNBOUNDED],
  ]),
  ...of('research-agent', [
    ['stale-reads', smoke, `research: report: ${NOT_THERE}`],
    ['slow', load, 'client p95'],
    ['errors', load, 'client errors'],
    ['memory-hog', load, 'API memory'],
    ['connection-hog', load, 'database connections used'],
    ['no-metrics', load, 'API replicas: 0 alive, 4 needed'],
    ['lying-health', chaos('database-unreachable'), 'client errors while something is broken'],
    ['bad-release', deploys('canary'), 'time to deploy'],
    ['no-rollback', deploys('bad-canary'), 'time to roll back'],
    [
      'no-alerts',
      ['chaos', '--scenario', 'alerts', '--only', 'health-checks-fail', '--pace', 'short'],
      'alert on failed health checks',
    ],
    ['lose-acknowledged-writes', drill, 'no acknowledged write lost', LOST],
    ['stale-dump', backup('backup-verified'), 'age of the daily backup'],
    ['cut-dump', backup('backup-verified'), 'dump complete'],
    ['missed-nights', backup('backup-verified'), GAP],
    ['no-archive', backup('restore'), ARCHIVED_BY_NOTHING],
    ['slow-archive', backup('archived-log'), UNBOUNDED],
    ['frozen-names', drill, 'does not show it', LOST, WRITTEN],
    ['long-ttl', drill, 'clients may go on for 3600 s where the route has led them'],
  ]),
  ...of('research-assistant', [
    ['sessions-in-process', smoke, 'got status 401'],
    ['drop-sockets', smoke, 'live-research: progress: expected a message, got none'],
    ['no-alerts', ['drill', '--only', 'sockets-cut', '--pace', 'short'], 'alert on a worker that is down'],
    ['lost-sockets', ['drill', '--only', 'sockets-cut', '--pace', 'short'], 'time to reconnect'],
    ['rate-limit-off', smoke, 'check "after 400 at the latest it is refused" did not hold'],
    ['rate-limit-tight', smoke, 'check "100 requests are admitted ('],
    ['rate-limit-as-error', smoke, 'rate-limit: ask again: expected one of 200, 429, got status 500'],
    ['rate-limit-other-window', limit('rate-limit'), 'the window is fixed: broken'],
    ['rate-limit-come-back', limit('rate-limit'), COME_BACK],
    ['slow', load, 'client p95'],
    ['connection-hog', load, 'database connections'],
    ['memory-hog', load, 'memory of a worker'],
    ['no-reconnect', chaos('database-killed'), NOT_BACK, ['a/api-1', 'a/api-2']],
    [
      'no-restart',
      chaos('worker-killed'),
      'worker-killed was aborted: the fault could not be healed',
      KILLED,
    ],
    ['stale-dump', backup('backup-verified'), 'age of the daily dump'],
    ['cut-dump', backup('restore'), 'dump complete'],
    ['missed-nights', backup('backup-verified'), NO_COPY],
    ['failed-nights', backup('backup-verified'), NOTHING_IN_IT],
    ['late-dumps', backup('backup-verified'), OTHER_HOURS],
    ['hasty-pruning', backup('backup-verified'), KEPT_TOO_SHORT],
  ]),
  ...of('marketing-agents', [
    ['no-metrics', smoke, 'metrics: expected status 200, got status 404'],
    ['stale-reads', smoke, `plan-campaign: get campaign: ${NOT_THERE}`],
    ['memory-hog', load, 'memory of a pod'],
    ['connection-hog', load, 'database connections'],
    ['slow', load, 'client p95'],
    ['errors', load, 'client errors'],
    ['no-drain', chaos('rollout'), 'requests lost by a rollout'],
    ['hasty-rollout', chaos('rollout'), 'requests lost by a rollout'],
    ['slow-release no-rollback', chaos('rollout'), 'p95 while rolling out'],
    ['no-reconnect', chaos('database-unreachable'), NOT_BACK, KILLED],
    ['no-restart', chaos('pod-killed'), 'pod-killed was aborted: the fault could not be healed', KILLED],
    ['no-liveness', chaos('pod-hung'), 'time to steady'],
    ['idle-replica', load, 'every pod serves'],
    ['lying-health', chaos('database-unreachable'), 'client errors while something is broken'],
    ['stale-dump', backup('backup-verified'), 'age of the daily backup'],
    ['cut-dump', backup('backup-verified'), 'dump complete'],
    ['missed-nights', backup('backup-verified'), NO_COPY],
    ['late-dumps', backup('backup-verified'), OTHER_HOURS],
    ['hasty-pruning', backup('backup-verified'), KEPT_TOO_SHORT],
    ['no-archive', backup('restore'), ARCHIVED_BY_NOTHING],
    ['slow-archive', backup('archived-log'), UNBOUNDED],
  ]),
  ...of('arklex', [
    ['rate-limit-off', smoke, 'check "after 200 at the latest it is refused" did not hold'],
    ['rate-limit-tight', smoke, 'check "100 requests are admitted ('],
    ['rate-limit-as-error', smoke, 'rate-limit: ask again: expected one of 200, 429, got status 500'],
    ['rate-limit-other-window', limit('rate-limit'), 'the window is sliding: broken'],
    ['rate-limit-come-back', limit('rate-limit'), COME_BACK],
    ['concurrency-tight', limit('at-once'), 'requests at once'],
    ['concurrency-off', limit('at-once'), 'requests at once'],
    ['slow', load, 'server p95'],
    ['errors', load, 'availability'],
    ['connection-hog', load, 'database connections'],
    ['no-drain', chaos('deploy'), 'requests lost by a deploy'],
    ['hasty-rollout', chaos('deploy'), 'requests lost by a deploy'],
    ['bad-release', chaos('deploy'), 'time to deploy'],
    ['slow-release no-rollback', chaos('deploy'), 'p95 while deploying'],
    ['no-rollback', chaos('bad-deploy'), 'time to roll back'],
    ['no-liveness', chaos('task-hung'), 'time to steady'],
    ['lose-acknowledged-writes', drill, 'no acknowledged write lost', LOST],
    ['stale-dump', backup('backup-verified'), 'age of the dump'],
    ['cut-dump', backup('backup-verified'), 'dump complete'],
    ['torn-upload', backup('backup-verified'), 'no complete backup'],
    ['lost-bucket', backup('backup-verified'), 'NoSuchBucket'],
  ]),
];
