import { workSchema } from '../../routes/work.ts';
import { usualAlerts, usualMetrics, type Contract } from '../contract.ts';
import { openSocketSchema } from './one-socket-each.ts';
import { sessionSchema } from './sessions.ts';

export const researchAssistant: Contract = {
  platform: 'research-assistant',
  // Its one health check is all that is documented; the lab's own supervisor needs to know whether a process lives.
  health: { live: '/livez', ready: '/api/health' },
  metrics: usualMetrics,
  alerts: usualAlerts,
  promisedP95Ms: 1_000,
  // `least_conn` with weights 2/2/1; the lab has one server more.
  edge: { balance: 'leastconn', weights: { a: 2, b: 1 }, fall: 2, forwardsClient: true },
  // systemd's RestartSec=10
  restartDelayMs: 10_000,
  rateLimit: { requests: 100, windowSeconds: 60, window: 'fixed' },
  // Its cron: `0 2 * * *`.
  dumpsAt: '02:00',
  keepsDumpsDays: 30,
  schema: workSchema + sessionSchema + openSocketSchema,
};
