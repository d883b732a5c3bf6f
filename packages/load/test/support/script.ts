import type { Workload } from '@ordeal/shared/load/workload';
import type { ScriptSpec } from '../../src/k6/script-spec.ts';
import { planLoad } from '../../src/plan/k6-options.ts';

/** What a script is told for a workload, with an address that never says to end. */
export function specOf(workload: Workload, stopUrl = 'http://127.0.0.1:1/stop'): ScriptSpec {
  return {
    run: 'r1',
    worker: 'test',
    origin: new URL(workload.entry).origin,
    base: new URL('.', workload.entry).href,
    headers: workload.headers,
    timeoutMs: workload.timeoutMs,
    tenantHeader: workload.tenantHeader,
    tenants: workload.tenants,
    limitsMs: workload.limitsMs,
    checks: workload.checks ?? [],
    rate: workload.rate,
    stopUrl,
    options: planLoad(workload).options,
  };
}
