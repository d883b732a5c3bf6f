import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import type { RestoreStepName } from '@ordeal/shared/scenario/restore-steps';
import { timesAsSaid, type StepTimes } from '../../runbook/step-times.ts';

/** What only asks is given up long before what copies. */
const LOOK_SECONDS = 120;
const LIST_SECONDS = 600;
/** Behind the markers the source's log is archived. */
const ARCHIVE_SECONDS = 60;
/** Taking away has time of its own: it must not end with what ended the restore. */
export const TAKE_AWAY_SECONDS = 120;

/** What is usual for the steps of all runbooks. What copies or reads everything gets all of the restore's deadline. */
const usual: Readonly<Record<RestoreStepName, (phase: RestorePhase) => StepTimes>> = {
  'check place': (phase) => asking(15, LOOK_SECONDS, phase),
  'take backup': copying,
  'write markers': ({ drill, deadline }) => ({
    target: 2 * ('markFor' in drill ? drill.markFor : 0) + ARCHIVE_SECONDS,
    timeout: deadline,
  }),
  'choose backup': (phase) => asking(30, LIST_SECONDS, phase),
  restore: copying,
  prove: copying,
  'look at it': copying,
  'read its settings': (phase) => asking(15, LOOK_SECONDS, phase),
  'watch the archive': ({ targets, deadline }) => ({
    target: Math.min(targets.rpo, deadline),
    timeout: deadline,
  }),
  'take away': () => ({ target: 30, timeout: TAKE_AWAY_SECONDS }),
};

function asking(target: number, timeout: number, { deadline }: RestorePhase): StepTimes {
  return { target, timeout: Math.min(timeout, deadline) };
}

function copying({ targets, deadline }: RestorePhase): StepTimes {
  return { target: targets.rto, timeout: deadline };
}

/** The times of a step, as its phase says or as is usual. */
export function timesOf(name: RestoreStepName, phase: RestorePhase): StepTimes {
  return timesAsSaid(usual[name](phase), phase.steps?.[name]);
}
