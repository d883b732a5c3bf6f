import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { LoadPhase } from '@ordeal/shared/scenario/scenario';
import { assignPromised } from '../assign-promised.ts';
import { watchAutoscalers } from '../autoscalers.ts';
import { lookAtEachPods } from '../pods.ts';
import { replaceWorkload, type PhaseOutcome, type Session } from '../session.ts';
import { constantLoad } from './load-constant.ts';
import { plannedLoad } from './load-planned.ts';
import { scriptLoad } from './load-script.ts';
import { stressLoad } from './load-stress.ts';

/** Load on the platform. One that still runs gives way to it. */
export async function loadPhase(phase: LoadPhase, session: Session): Promise<PhaseOutcome> {
  await replaceWorkload(session.results);
  const watching = [watchAutoscalers(phase.name, session), lookAtEachPods(phase.name, session)];
  try {
    return await runLoad(phase, session);
  } finally {
    for (const one of watching) one.end();
    assignPromised(phase.name, session);
  }
}

function runLoad(phase: LoadPhase, session: Session): Promise<PhaseOutcome> {
  if (!isShaped(phase)) return constantLoad(phase, session);
  const { shape } = phase;
  switch (shape.kind) {
    case 'stress':
      return stressLoad(phase, shape, session);
    case 'script':
      return scriptLoad(phase, shape, session);
    default:
      return plannedLoad(phase, shape, session);
  }
}
