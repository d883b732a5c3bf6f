import { createNodeClient } from '@ordeal/shared/journey/node-client';
import type { Journey } from '@ordeal/shared/journey/journey';
import { readData } from '@ordeal/shared/journey/read-data';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { journeyContext, type Failures } from '@ordeal/shared/journey/node-context';
import { createRedactor, type Redactor } from '@ordeal/shared/prometheus/secrets';

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

/** Asks every health endpoint and runs every journey once, all side by side. */
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
  const outcomes = await Promise.all(checks.map((check) => runCheck(phase, check, context, redactor)));
  const failures = outcomes.flat();
  return {
    total: checks.length,
    failed: outcomes.filter((outcome) => outcome.length > 0).length,
    failures,
    reached,
  };
}

async function runCheck(
  phase: string,
  check: Check,
  context: SmokeContext,
  redactor: Redactor,
): Promise<readonly string[]> {
  const sentences = await check.run().catch((error: unknown) => [`threw: ${String(error)}`]);
  // A step's path, or what a journey throws, may hold a secret that it was given.
  const failures = sentences.map((sentence) => redactor.redact(sentence));
  context.journal.append({
    type: 'check',
    phase,
    name: check.name,
    held: failures.length === 0,
    detail: failures.join('; '),
  });
  return failures.map((failure) => `${check.name}: ${failure}`);
}

function healthChecks(platform: Platform, context: SmokeContext): Check[] {
  const client = createNodeClient({
    entry: platform.entry,
    headers: { ...platform.headers, 'x-ordeal-run': context.runId },
    timeoutMs: platform.timeoutMs,
    now: () => context.clock.now(),
    signal: context.signal,
  });
  return platform.health.map((health) => ({
    name: health.name,
    run: async () => {
      const response = await client.request({ path: health.url });
      if (response.status === health.expectStatus) return [];
      const got = response.status === 0 ? `no answer: ${response.error}` : `status ${response.status}`;
      return [`expected status ${health.expectStatus}, got ${got} (GET ${health.url})`];
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
      } finally {
        if (running.reached()) noteReached();
        await running.close();
      }
      return failures;
    },
  }));
}
