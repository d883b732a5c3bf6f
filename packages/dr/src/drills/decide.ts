import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { askToGoOn } from './approve.ts';
import { mustObserve, reach, type Course } from './course.ts';
import type { DrillStep } from './steps.ts';

/** Asks whether to promote after a loss: the last moment at which the lost region can simply be restored. */
export const decidePromotion = decide(
  ({ from, to }) =>
    `Region ${from} is lost. Promote region ${to}? What ${from} had not replicated is then given up.`,
  ({ from, to }) =>
    `decide to promote region ${to} (the last moment at which region ${from} can simply be restored)`,
);

/** Asks whether to begin a planned move, of which nobody has noticed anything yet. */
export const decideMove = decide(
  ({ from, to }) => `Move the primary from region ${from} to region ${to} now? Writes stand still meanwhile.`,
  ({ from, to }) => `decide to move the primary from region ${from} to region ${to}`,
);

type Regions = Extract<DrillPhase['drill'], { readonly to: string }>;

function decide(question: (drill: Regions) => string, plan: (drill: Regions) => string): DrillStep {
  const moving = ({ drill }: DrillPhase): Regions => {
    if (drill.kind === 'observe') throw new Error('a drill that only observes decides nothing');
    return drill;
  };
  return {
    name: 'decide',
    plan: (phase) => plan(moving(phase)),
    run: async (course: Course, within) => {
      // A move that nobody measures is not worth having: until here everything can be put back.
      mustObserve(course);
      const { clock } = course.context;
      const asked = clock.now();
      const { by, how } = await askToGoOn(
        course,
        'decide',
        question(moving(course.phase)),
        course.deps.approve,
        within.signal,
      );
      if (course.t0 !== undefined) reach(course, 'decided', { low: asked, high: clock.now() }, `by ${by}`);
      return { detail: how === 'unattended' ? `decided by ${by}, unattended` : `decided by ${by}` };
    },
  };
}
