import type { Describers } from '@ordeal/shared/scenario/plan';
import type { Phase, Scenario } from '@ordeal/shared/scenario/scenario';

/** What tells of drills and restores what they would do. It is loaded only where a scenario has such a phase. */
export async function describersOf({ phases }: Scenario): Promise<Pick<Describers, 'drill' | 'restore'>> {
  const has = (kind: Phase['phase']): boolean => phases.some(({ phase }) => phase === kind);
  const none = (): readonly string[] => [];
  return {
    drill: has('drill') ? (await import('@ordeal/dr/drills/describe')).describeDrill : none,
    restore: has('restore') ? (await import('@ordeal/dr/restore/run-restore')).describeRestore : none,
  };
}
