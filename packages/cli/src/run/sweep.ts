import { createNodeClient } from '@ordeal/shared/journey/node-client';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { RequestTemplate } from '@ordeal/shared/platform/request-template';
import type { HttpRequest } from '@ordeal/shared/journey/http';
import { fillTemplate } from '@ordeal/shared/platform/template';
import type { Clock } from '@ordeal/shared/time/clock';

/** Deletes what a run has left on the platform. Returns what is still there, a sentence each. */
export async function sweep(
  platform: Platform,
  runId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (platform.sweep === null) return [];
  const left: string[] = [];
  for (const tenant of platform.tenants) {
    const remaining = await sweepTenant(platform, platform.sweep, tenant.id, runId, clock, signal);
    if (remaining !== undefined) left.push(remaining);
  }
  return left;
}

async function sweepTenant(
  platform: Platform,
  spec: NonNullable<Platform['sweep']>,
  tenant: string,
  runId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const client = createNodeClient({
    entry: platform.entry,
    headers: { ...platform.headers, [platform.tenantHeader]: tenant, 'x-ordeal-run': runId },
    timeoutMs: Math.max(platform.timeoutMs, 10_000),
    now: () => clock.now(),
    signal,
  });
  const values = { run: runId, tenant };
  let seen = 'nothing was asked';
  // Several times: what was under way when the workload ended may still arrive.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (attempt > 0) await clock.sleep(300, signal);
    for (const template of spec.requests) await client.request(requestOf(template, values));
    const answer = await client.request(requestOf(spec.count, values));
    const count = answer.json<Record<string, unknown>>()?.[spec.count.field];
    if (answer.status === 200 && count === 0) return undefined;
    seen =
      answer.status === 200
        ? `${String(count)} left`
        : `no count: status ${answer.status} ${answer.error ?? ''}`;
  }
  return `tenant ${tenant}: ${seen}`;
}

function requestOf(template: RequestTemplate, values: Readonly<Record<string, string>>): HttpRequest {
  const { method, path, headers, body } = fillTemplate(template, values, {});
  return { method, path, headers, ...(body === null ? {} : { json: JSON.parse(body) as unknown }) };
}
