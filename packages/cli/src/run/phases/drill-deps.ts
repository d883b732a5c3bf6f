import { join } from 'node:path';
import type { DrillDeps } from '@ordeal/dr/drills/drill';
import { startObservers } from '@ordeal/dr/observers/start-observers';
import { collectSecondWitness } from '@ordeal/shared/judge/second-witness';
import { faultOf } from '@ordeal/shared/scenario/drill-parts';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Session } from '../session.ts';
import { backupFor, drillRefusals } from './drill-refusals.ts';
import { keepAnswers } from './keep-answers.ts';
import { observersOf } from './observers-of.ts';

/** What a drill of this platform moves, breaks, looks at and asks. */
export function drillDeps(phase: DrillPhase, session: Session): DrillDeps {
  const { loaded, context, anchor } = session;
  const { platform, drivers } = loaded;
  const store = drivers.store(phase.store);
  const fault = faultOf(phase.drill)?.fault;
  return {
    ...(fault === undefined
      ? {}
      : {
          fault: {
            ...drivers.fault(fault),
            name: fault,
            revives: platform.faults[fault]?.revives ?? 'old-primary',
          },
        }),
    store: store.driver,
    nodes: store.nodes.map(({ name }) => name),
    nodeOf: (region) => {
      const node = store.nodes.find((one) => one.region === region);
      if (node === undefined) throw new Error(`store ${phase.store} has no node in region ${region}`);
      return node.name;
    },
    route: drivers.route(phase.route),
    regions: platform.routes[phase.route]?.usually ?? platform.regions,
    environment: platform.environment,
    anchor,
    mostRunSeconds: platform.guardrails.maxRunSeconds,
    ...(session.approve === undefined ? {} : { approve: session.approve }),
    ...(session.beforeStep === undefined ? {} : { beforeStep: session.beforeStep }),
    refusals: () => drillRefusals(phase, session),
    backup: () => backupFor(phase, session),
    onWriteAnswer: keepAnswers(join(context.dir, `writers-${phase.name}.jsonl`), context.journal),
    startObservers: () =>
      startObservers(
        {
          ...observersOf(phase.name, session),
          probes: platform.probes,
          probeEveryMs: phase.probeEvery * 1000,
          probeTimeoutMs: phase.probeTimeout * 1000,
          // One drill at a time is measured on a machine.
          probesInRealTime: true,
          ledgerRate: phase.ledgerRate,
        },
        context,
      ),
    secondWitness: (span) =>
      collectSecondWitness(session.prometheus, platform, span, anchor, phase.probeTimeout * 1000),
  };
}
