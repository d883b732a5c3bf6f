import type { Finding } from '../../objectives/finding.ts';
import type { DrillRecord, RunRecord } from '../../record/record.ts';
import { isUnmeasured } from '../headline.ts';
import { type Markup, markup } from '../markup.ts';

/** The three tones of the page. Each always comes with a sign and a word. */
export type Tone = 'pass' | 'fail' | 'unknown';

export const SIGNS: Readonly<Record<Tone, string>> = { pass: '✔', fail: '✖', unknown: '?' };

/** A word with its sign, in its tone. */
export function toned(tone: Tone, word: string): Markup {
  return markup`<span class="word ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${word}</span>`;
}

export function toneOf(outcome: Finding['outcome']): Tone {
  return outcome === 'inconclusive' ? 'unknown' : outcome;
}

export function toneOfVerdict(outcome: RunRecord['verdict']['outcome']): Tone {
  if (outcome === 'pass') return 'pass';
  return outcome === 'fail' || outcome === 'residue' ? 'fail' : 'unknown';
}

/** How an interval stands to the most that it may be. */
export function toneAgainst(
  ends: { readonly low: number; readonly high: number | null },
  most: number,
): Tone {
  if (ends.low > most || ends.high === null) return 'fail';
  return ends.high <= most ? 'pass' : 'unknown';
}

/** How a drill's recovery stands to its target. */
export function recoveryTone(drill: DrillRecord): Tone {
  return isUnmeasured(drill) ? 'unknown' : toneAgainst(drill.rto, drill.rto.target);
}
