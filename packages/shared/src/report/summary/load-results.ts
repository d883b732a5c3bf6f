import type { RunRecord } from '../../record/record.ts';
import { count, duration, quantity } from '../figures.ts';
import {
  bracketInWords,
  firstToBreakInWords,
  growthInWords,
  LEAK_WORDS,
  settlingInWords,
  stepInWords,
  untilExhaustedInWords,
} from '../load-words.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** What the shapes of load showed as a whole: capacity, settling, leaks. Empty when there was none. */
export function loadResults({ capacities = [], settlings = [], leaks = [] }: RunRecord): readonly string[] {
  return [
    ...capacities.flatMap(({ phase, capacity, steps }) => [
      `**${escapeMarkdown(phase)}: capacity ${bracketInWords(capacity)}.** ${escapeMarkdown(firstToBreakInWords(capacity))}`,
      markdownTable(
        ['>Iterations/s', 'Outcome', '>Judged', '>Requests', '>Failed', '>Dropped', '>p95', 'Why'],
        steps.map((step) => [
          String(step.rate),
          stepInWords(step),
          quantity(step.seconds, 's'),
          ...[step.requests, step.failed, step.dropped].map(count),
          quantity(step.p95Ms, 'ms'),
          escapeMarkdown(step.detail),
        ]),
      ),
    ]),
    ...settlings.map((one) => `**${escapeMarkdown(one.phase)}:** ${escapeMarkdown(settlingInWords(one))}`),
    ...(leaks.length === 0
      ? []
      : [
          markdownTable(
            ['Series', 'Leak', '>Growth', '>Exhausted in', '>Over', 'What was seen'],
            leaks.map((leak) => [
              escapeMarkdown(leak.series),
              LEAK_WORDS[leak.outcome],
              growthInWords(leak),
              untilExhaustedInWords(leak),
              duration(leak.judgedSeconds),
              escapeMarkdown(leak.detail),
            ]),
          ),
        ]),
  ];
}
