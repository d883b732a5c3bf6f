import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { GeneratorSettings, Workload } from '@ordeal/shared/load/workload';
import { tenantsOfScenarios } from './k6-options.ts';
import type { ScriptSpec } from '../k6/script-spec.ts';

/** What of a script is not the workload's. */
export interface ScriptPlace extends Pick<ScriptSpec, 'run' | 'stopUrl' | 'options'> {
  /** Of each k6, where several share it. */
  readonly share?: Pick<Workload, 'rate' | 'rates'>;
}

/** What a workload's script is told. */
export function specOf(workload: Workload, { run, stopUrl, options, share }: ScriptPlace): ScriptSpec {
  const { entry, headers, timeoutMs, tenantHeader, tenants, limitsMs, checks = [] } = workload;
  const { rate, rates } = share ?? workload;
  return {
    run,
    worker: slugOf(workload),
    origin: new URL(entry).origin,
    base: new URL('.', entry).href,
    headers: { ...headers, 'x-ordeal-run': run },
    timeoutMs,
    tenantHeader,
    tenants,
    ...(workload.perTenant === undefined ? {} : { tenantOf: tenantsOfScenarios(workload) }),
    limitsMs,
    checks,
    rate,
    ...(rates === undefined ? {} : { rates }),
    stopUrl,
    options,
  };
}

/** The workload's name as a folder may have it. */
export function slugOf({ name }: Pick<Workload, 'name'>): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** k6's options, with the run and the workload as tags of every series where these go on to a server of many runs. */
export function tagged(
  options: Readonly<Record<string, unknown>>,
  { remoteWrite }: Pick<GeneratorSettings, 'remoteWrite'>,
  workload: Pick<Workload, 'name'>,
  { runId }: Pick<RunContext, 'runId'>,
): Readonly<Record<string, unknown>> {
  if (remoteWrite === undefined) return options;
  return { ...options, tags: { ordeal_run: runId, ordeal_workload: workload.name } };
}
