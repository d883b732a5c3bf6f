import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerSpec } from '../../../packages/shared/src/platform/ledger-spec.ts';
import type { DriverEntry } from '../../../packages/shared/src/platform/platform.ts';
import type { ProbeSpec } from '../../../packages/shared/src/platform/probe-spec.ts';
import type { DrillKind } from '../../../packages/shared/src/scenario/scenario.ts';
import { root } from '../../ordeal.ts';

/** A platform on the lab whose store is another one than the lab's. */
export interface OtherStore {
  readonly name: string;
  readonly store: DriverEntry;
  /** Without it, the lab's load balancer leads its clients. */
  readonly route?: DriverEntry;
  readonly faults?: Readonly<Record<string, object>>;
  readonly probes: readonly ProbeSpec[];
  readonly ledger: LedgerSpec;
  readonly drills: readonly { readonly name: string; readonly drill: DrillKind }[];
}

const objectives = ['RTO', 'RPO', 'no acknowledged write lost', 'no ledger anomaly', 'one writer at a time'];

/**
 * Writes the folder of such a platform, with a scenario `recovery` of its drills. It promises to recover within as many
 * seconds as it is waited for: were more promised, giving up would prove nothing. Returns where it is.
 */
export function writePlatform(cwd: string, other: OtherStore, deadline: number): string {
  const folder = join(cwd, 'platforms', other.name);
  mkdirSync(join(folder, 'scenarios'), { recursive: true });
  const shipped = join(root, 'platforms', 'agentic-platform', 'platform.ts');
  const { name, store, route, faults = {}, probes, ledger, drills } = other;
  const own = { name, title: name, probes, ledger, stores: { main: store }, backups: {} };
  writeFileSync(
    join(folder, 'platform.ts'),
    `import shipped from ${JSON.stringify(shipped)};
const own = ${JSON.stringify(own)};
const routes = ${JSON.stringify(route === undefined ? {} : { global: route })};
const faults = ${JSON.stringify(faults)};
export default {
  build: (context) => {
    const platform = shipped.build(context);
    return {
      ...platform,
      ...own,
      routes: { ...platform.routes, ...routes },
      faults: { ...platform.faults, ...faults },
      objectives: { ...platform.objectives, RTO: { ...platform.objectives.RTO, limit: ${deadline} } },
      guardrails: { ...platform.guardrails, allowFaults: [...platform.guardrails.allowFaults, 'command'] },
    };
  },
};
`,
  );
  const phases = drills.map((one) => ({
    phase: 'drill',
    title: one.name,
    store: 'main',
    route: 'global',
    probeEvery: 0.05,
    probeTimeout: 2,
    ledgerRate: 50,
    ledgerLead: 2,
    stableFor: 3,
    stableAttempts: 40,
    deadline,
    targets: { rto: 60, rpo: 10, detection: 30, failover: 60 },
    objectives: one.drill.kind === 'observe' ? objectives.filter((each) => each !== 'RPO') : objectives,
    ...one,
  }));
  writeFileSync(
    join(folder, 'scenarios', 'recovery.ts'),
    `export default { build: () => (${JSON.stringify({ name: 'recovery', title: 'Recovery', phases })}) };\n`,
  );
  return folder;
}
