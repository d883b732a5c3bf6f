import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { createNodeClient } from '@ordeal/shared/journey/node-client';
import { isAdmission, namesItsClient, REFUSED_WITH } from '@ordeal/shared/platform/limit-course';
import type { ConcurrencyLimitSpec, LimitSpec, RateLimitSpec } from '@ordeal/shared/platform/limit-spec';
import type { Platform } from '@ordeal/shared/platform/platform';
import { fillTemplate, type FilledRequest, type TemplateVariables } from '@ordeal/shared/platform/template';
import type { LimitRecord } from '@ordeal/shared/record/limit-record';
import type { Asked } from './asked.ts';
import { concurrencyChecks } from './concurrency-checks.ts';
import { holdRequest } from './held-request.ts';
import { holdAtOnce } from './hold-at-once.ts';
import { measureRate } from './measure-rate.ts';
import { createPace } from './pace.ts';
import { rateChecks } from './rate-checks.ts';

/** What looking at a limit needs of a run. The undo ledger is not among it: nothing is broken. */
export type LimitContext = Pick<RunContext, 'runId' | 'clock' | 'signal'>;
type LimitedPlatform = Pick<Platform, 'entry' | 'headers' | 'tenantHeader' | 'tenants' | 'timeoutMs'> & {
  readonly guardrails: Pick<Platform['guardrails'], 'maxRate'>;
};

/** Looks at a limit of the platform, and sets what is found against what is promised. Rejects when it is aborted. */
export async function lookAtLimit(
  names: Pick<LimitRecord, 'name' | 'limit'>,
  limit: LimitSpec,
  platform: LimitedPlatform,
  context: LimitContext,
): Promise<LimitRecord> {
  switch (limit.kind) {
    case 'rate':
      return { ...names, ...(await lookAtRate(limit, platform, context, names.name)) };
    case 'concurrency':
      return { ...names, checks: await lookAtConcurrency(limit, platform, context, names.name) };
  }
}

async function lookAtRate(
  limit: RateLimitSpec,
  platform: LimitedPlatform,
  context: LimitContext,
  phase: string,
): Promise<Pick<LimitRecord, 'checks' | 'window'>> {
  const { clock, signal } = context;
  const client = createNodeClient({
    entry: limit.at ?? platform.entry,
    headers: {},
    timeoutMs: platform.timeoutMs,
    now: () => clock.now(),
    signal,
  });
  const next = createPace(platform.guardrails.maxRate, context);
  const id = `${context.runId}-${phase}`;
  const seen = await measureRate(
    limit,
    { ask: askAs(id), ...(namesItsClient(limit) ? { askAsAnother: askAs(`${id}-another`) } : {}) },
    context,
  );
  signal.throwIfAborted();
  return rateChecks(limit, seen);

  function askAs(who: string): () => Promise<Asked> {
    const filled = fillTemplate(limit.ask, variables(context, platform, who), usual(platform, context));
    return () => ask(filled);
  }

  async function ask({ method, path, headers, body }: FilledRequest): Promise<Asked> {
    await next();
    const sent = clock.now();
    const answer = await client.request({
      method,
      path,
      headers,
      ...(limit.ask.json === undefined ? {} : { json: JSON.parse(body ?? 'null') as unknown }),
    });
    signal.throwIfAborted();
    const { status, error } = answer;
    const outcome =
      status === (limit.refusedWith ?? REFUSED_WITH.rate)
        ? 'refused'
        : isAdmission(status)
          ? 'admitted'
          : 'neither';
    const after = /^\d+$/.exec(answer.headers['retry-after'] ?? '')?.[0];
    return {
      sent,
      answered: clock.now(),
      outcome,
      status,
      ...(error === undefined ? {} : { error }),
      ...(outcome === 'refused' && after !== undefined ? { retryAfterSeconds: Number(after) } : {}),
    };
  }
}

async function lookAtConcurrency(
  limit: ConcurrencyLimitSpec,
  platform: LimitedPlatform,
  context: LimitContext,
  phase: string,
): Promise<LimitRecord['checks']> {
  const { requests, answeredWith, refusedWith = REFUSED_WITH.concurrency, at = platform.entry } = limit;
  const headers = usual(platform, context);
  let serial = 0;
  const seen = await holdAtOnce(
    {
      requests,
      hold: () => {
        serial += 1;
        const filled = fillTemplate(
          limit.ask,
          variables(context, platform, `${context.runId}-${phase}-${serial}`),
          headers,
        );
        return holdRequest(new URL(filled.path, at), filled.method, filled.headers, filled.body ?? '');
      },
      isRefusal: ({ status }) => status === refusedWith,
      next: createPace(platform.guardrails.maxRate, context),
    },
    { clock: context.clock, signal: context.signal, timeoutMs: platform.timeoutMs },
  );
  return concurrencyChecks({ requests, answeredWith, refusedWith }, seen);
}

function usual(
  { headers, tenantHeader, tenants }: LimitedPlatform,
  { runId }: LimitContext,
): Readonly<Record<string, string>> {
  return { ...headers, [tenantHeader]: tenants[0]?.id ?? '', 'x-ordeal-run': runId };
}

function variables({ runId }: LimitContext, { tenants }: LimitedPlatform, id: string): TemplateVariables {
  return { id, run: runId, tenant: tenants[0]?.id ?? '' };
}
