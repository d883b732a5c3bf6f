import { isOfAlerts } from '@ordeal/shared/objectives/of-alerts';
import { wholeDrill } from '@ordeal/shared/scenario/drill-windows';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { assign, type Session } from '../session.ts';

/** What a drill is judged by, whether or not it came about: its result, and what alerts did meanwhile. */
export function assignDrill(
  { name, objectives }: DrillPhase,
  session: Pick<Session, 'loaded' | 'results' | 'context'>,
): void {
  for (const objective of objectives) {
    assign(session, isJudgedByAlerts(objective, session) ? wholeDrill({ name }) : name, [objective]);
  }
}

/** Whether an objective of that name looks at alerts. */
export function isJudgedByAlerts(name: string, { loaded }: Pick<Session, 'loaded'>): boolean {
  const objective = loaded.platform.objectives[name];
  return objective !== undefined && isOfAlerts(objective);
}
