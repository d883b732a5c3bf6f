import { boundInWords, OUTCOME_SIGNS, reasonInWords, valueInWords } from '@ordeal/shared/report/words';
import { oneLine } from '@ordeal/shared/report/text';
import type { Standing } from '@ordeal/shared/timeline/event';

const RANK = { fail: 0, inconclusive: 1, pass: 2 } as const;

/** What went wrong first; otherwise as the platform lists them. */
export function inOrder(standings: readonly Standing[]): readonly Standing[] {
  return standings.toSorted((left, right) => RANK[left.outcome] - RANK[right.outcome]);
}

/** `✖ API errors: 3.1–3.4 %, must be < 1 %`. */
export function standingInWords(one: Standing): string {
  const must = one.severity === 'must' ? 'must' : 'should';
  const why = one.outcome === 'inconclusive' ? `; ${reasonInWords(one.reason)}` : '';
  return oneLine(
    `${OUTCOME_SIGNS[one.outcome]} ${one.objective}: ${valueInWords(one)}, ${must} be ${boundInWords(one)}${why}`,
  );
}

/** All of them on one line: how many hold, and which do not. */
export function standingsInWords(standings: readonly Standing[]): string {
  const holding = standings.filter(({ outcome }) => outcome === 'pass').length;
  const others = inOrder(standings).filter(({ outcome }) => outcome !== 'pass');
  return [`${holding} of ${standings.length} hold so far`, ...others.map(standingInWords)].join(' · ');
}
