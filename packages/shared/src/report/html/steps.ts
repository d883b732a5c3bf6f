import { missedTarget } from '../../record/missed-target.ts';
import type { StepRecord } from '../../record/record.ts';
import { duration, quantity, secondsBetween, timeOfDay } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** The steps of a runbook as they were taken. */
export function stepsTable(list: readonly StepRecord[]): Markup {
  if (list.length === 0) return markup`<p class="note">No step was taken.</p>`;
  return dataTable(
    'Steps that were taken; times are UTC',
    [
      { heading: 'Step' },
      { heading: 'Outcome', align: 'tight' },
      { heading: 'Started', align: 'right' },
      { heading: 'Took', align: 'right' },
      { heading: 'Target', align: 'right' },
      { heading: 'Waited for a person', align: 'right' },
      { heading: 'What was seen' },
    ],
    list.map((step) => [
      step.name,
      toned(step.outcome === 'done' ? 'pass' : step.outcome === 'failed' ? 'fail' : 'unknown', step.outcome),
      timeOfDay(step.startedAt),
      step.endedAt === null ? 'not ended' : quantity(secondsBetween(step.startedAt, step.endedAt), 's'),
      step.target === null ? '–' : targetOf(step, step.target),
      step.waitedOnHuman === 0 ? '–' : duration(step.waitedOnHuman),
      step.detail,
    ]),
  );
}

function targetOf(step: StepRecord, target: number): Markup {
  const seconds = quantity(target, 's');
  return missedTarget(step) === undefined
    ? markup`${seconds}`
    : markup`${toned('fail', `missed: ${seconds}`)}`;
}
