import type { ExperimentFaultRecord, ExperimentRecord, RunRecord } from '../../record/record.ts';
import {
  abortInWords,
  allTargetsInWords,
  notBackInWords,
  repetitionInWords,
  severalFaults,
  targetsInWords,
} from '../experiment-words.ts';
import { quantity, timeOfDay } from '../figures.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** Each experiment a line; the faults of one with several have lines of their own below it. */
export function experimentsSection({ experiments }: RunRecord): string {
  return markdownTable(
    ['Experiment', 'Fault', 'Targets', 'In (UTC)', 'Healed (UTC)', 'Effect', '>Steady again'],
    experiments.flatMap((experiment) => [whole(experiment), ...severalFaults(experiment).map(part)]),
  );
}

function whole(experiment: ExperimentRecord): readonly string[] {
  const { name, fault, injectedAt, healedAt, notInjected, recoverySeconds } = experiment;
  const several = severalFaults(experiment).length > 0;
  const repetition = repetitionInWords(experiment);
  return [
    escapeMarkdown(repetition === '' ? name : `${name} (${repetition})`),
    escapeMarkdown(fault),
    several ? '' : escapeMarkdown(allTargetsInWords(experiment)),
    injectedAt === null
      ? `**not injected:** ${escapeMarkdown(notInjected ?? 'no reason was given')}`
      : timeOfDay(injectedAt),
    healedAt === null ? '–' : timeOfDay(healedAt),
    [effect(experiment, several ? '' : experiment.witness), aborted(experiment)].join(''),
    [
      recoverySeconds === null ? '**no**' : `after ${quantity(recoverySeconds, 's')}`,
      escapeMarkdown(notBackInWords(experiment)),
    ]
      .filter((words) => words !== '')
      .join('; '),
  ];
}

function part({ fault, targets, injectedAt, healedAt, effective, witness }: ExperimentFaultRecord) {
  return [
    '',
    escapeMarkdown(fault),
    escapeMarkdown(targetsInWords(targets)),
    injectedAt === null ? '**not injected**' : timeOfDay(injectedAt),
    healedAt === null ? '–' : timeOfDay(healedAt),
    effect({ effective }, witness),
    '',
  ];
}

function effect({ effective }: Pick<ExperimentRecord, 'effective'>, witness: string): string {
  const seen = effective === true ? 'yes' : '**none seen**';
  return witness === '' ? seen : `${seen}: ${escapeMarkdown(witness)}`;
}

function aborted(experiment: ExperimentRecord): string {
  const words = abortInWords(experiment);
  return words === '' ? '' : `; **aborted:** ${escapeMarkdown(words)}`;
}
