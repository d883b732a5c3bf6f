import { lookAtAlerts } from './alerts.ts';
import { lookAtWork } from './work.ts';
import type { Session } from '../session.ts';

/** What the platform wants no run during: alerts that fire, and other work. Sentences; none when it may begin. */
export async function lookAround({ loaded, context, prometheus }: Session): Promise<readonly string[]> {
  const { alerts, work = {} } = loaded.platform.guardrails.refuseDuring ?? {};
  const { clock, signal, journal } = context;
  const [seen, ...busy] = await Promise.all([
    alerts === undefined ? undefined : lookAtAlerts(prometheus, alerts, signal),
    ...Object.entries(work).map(([name, check]) => lookAtWork(name, check, { prometheus, clock, signal })),
  ]);
  for (const message of seen?.warnings ?? []) journal.append({ type: 'warning', message });
  return [...(seen?.reasons ?? []), ...busy.flatMap((reason) => reason ?? [])];
}
