import { isOfWholeDrill } from '@ordeal/shared/objectives/of-whole-drill';
import { wholeDrill } from '@ordeal/shared/scenario/drill-windows';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { assign, type Session } from '../session.ts';

/** What a drill is judged by, whether or not it came about: its result, and what alerts and checks of journeys did meanwhile. */
export function assignDrill(
  { name, objectives }: DrillPhase,
  session: Pick<Session, 'loaded' | 'results' | 'context'>,
): void {
  for (const objective of objectives) {
    assign(session, isJudgedMeanwhile(objective, session) ? wholeDrill({ name }) : name, [objective]);
  }
}

/** Whether an objective of that name looks at the time of the drill, and not at its result. */
export function isJudgedMeanwhile(name: string, { loaded }: Pick<Session, 'loaded'>): boolean {
  const objective = loaded.platform.objectives[name];
  return objective !== undefined && isOfWholeDrill(objective);
}
