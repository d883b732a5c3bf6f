import { answerInWords, thrownInWords } from '@ordeal/shared/journey/in-words';
import { createNodeClient } from '@ordeal/shared/journey/node-client';
import type { Journey } from '@ordeal/shared/journey/journey';
import { readData } from '@ordeal/shared/journey/read-data';
import { headersFor } from '@ordeal/shared/platform/headers-for';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { journeyContext, type Failures } from '@ordeal/shared/journey/node-context';
import { createRedactor } from '@ordeal/shared/prometheus/secrets';

export interface SmokeResult {
  readonly total: number;
  readonly failed: number;
  /** A sentence for each failed check, beginning with the check's name. */
  readonly failures: readonly string[];
  /** Whether any journey may have reached the platform: only then can there be anything that it created. */
  readonly reached: boolean;
}

/** What the checks need of a run. The undo ledger is not among it: they break nothing. */
export type SmokeContext = Pick<RunContext, 'runId' | 'clock' | 'journal' | 'signal'>;

interface Check {
  readonly name: string;
  run(): Promise<Failures>;
}

/**
 * Asks every health endpoint and runs every journey once, all side by side. Rejects with the reason of the run's signal
 * as soon as that is aborted, whatever a journey does then; what has not come to its end is named in the journal.
 */
export async function runSmoke(
  phase: string,
  platform: Platform,
  journeys: Readonly<Record<string, Journey>>,
  context: SmokeContext,
): Promise<SmokeResult> {
  const redactor = createRedactor();
  redactor.learn(Object.values(platform.secrets ?? {}));
  let reached = false;
  const checks = [
    ...healthChecks(platform, context),
    ...journeyChecks(platform, journeys, context, () => {
      reached = true;
    }),
  ];
  const outcomes = new Map<Check, readonly string[]>();
  const ended = checks.map(async (check) => {
    const sentences = await check.run().catch((error: unknown) => [`threw: ${thrownInWords(error)}`]);
    // What was cut off says nothing of the platform.
    if (context.signal.aborted) return;
    // A step's path, or what a journey throws, may hold a secret that it was given.
    const found = sentences.map((sentence) => redactor.redact(sentence));
    outcomes.set(check, found);
    const { name } = check;
    context.journal.append({
      type: 'check',
      phase,
      name,
      held: found.length === 0,
      detail: found.join('; '),
    });
  });
  await Promise.race([Promise.all(ended), aborted(context.signal)]);
  if (context.signal.aborted) {
    const open = checks.filter((check) => !outcomes.has(check)).map(({ name }) => name);
    if (open.length > 0) {
      context.journal.append({ type: 'warning', message: `not ended when the run was: ${open.join(', ')}` });
    }
    throw context.signal.reason;
  }
  return {
    total: checks.length,
    failed: [...outcomes.values()].filter((found) => found.length > 0).length,
    failures: checks.flatMap((check) =>
      (outcomes.get(check) ?? []).map((found) => `${check.name}: ${found}`),
    ),
    reached,
  };
}

/** Resolves when it is aborted: what a journey is at may never end. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function healthChecks(platform: Platform, context: SmokeContext): Check[] {
  const client = createNodeClient({
    entry: platform.entry,
    headers: {},
    timeoutMs: platform.timeoutMs,
    now: () => context.clock.now(),
    signal: context.signal,
  });
  return platform.health.map((health) => ({
    name: health.name,
    run: async () => {
      const headers = { ...headersFor(platform, health.url), 'x-ordeal-run': context.runId };
      const response = await client.request({ path: health.url, headers });
      if (response.status === health.expectStatus) return [];
      return [`expected status ${health.expectStatus}, got ${answerInWords(response)} (GET ${health.url})`];
    },
  }));
}

function journeyChecks(
  platform: Platform,
  journeys: Readonly<Record<string, Journey>>,
  context: SmokeContext,
  noteReached: () => void,
): Check[] {
  const tenant = platform.tenants[0]?.id ?? '';
  return Object.entries(journeys).map(([name, journey]) => ({
    name,
    run: async () => {
      const failures: Failures = [];
      const file = platform.journeys[name]?.file;
      const running = journeyContext(
        {
          run: context.runId,
          id: `${context.runId}-smoke-${name}`,
          tenant,
          entry: platform.entry,
          headers: { ...platform.headers, [platform.tenantHeader]: tenant, 'x-ordeal-run': context.runId },
          timeoutMs: platform.timeoutMs,
          clock: context.clock,
          signal: context.signal,
          data: file === undefined ? {} : await readData(file, journey.data ?? {}),
          secrets: platform.secrets ?? {},
          iteration: 0,
        },
        failures,
      );
      try {
        await journey.run(running.context);
        failures.push(...(await running.missed()));
      } catch (error) {
        // What failed before is why, more often than not.
        failures.push(`threw: ${thrownInWords(error)}`);
      } finally {
        if (running.reached()) noteReached();
        await running.close();
      }
      return failures;
    },
  }));
}
