import type { DrillRecord, LedgerRecord } from '../../record/record.ts';
import { exactly, type Bounds } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';

type LedgerMeasure = 'rpo' | 'lost' | 'anomalies' | 'stale';

/** What the ledger of acknowledged writes shows of a drill. */
export function drillLedger({ rpo, failed, logPositions }: DrillRecord, measure: LedgerMeasure): Measurement {
  if (rpo.acknowledged === 0) {
    return failed === undefined
      ? { kind: 'nothing', reason: 'no-samples', sentence: 'The ledger has no acknowledged write.' }
      : {
          kind: 'nothing',
          reason: 'not-run',
          sentence: `The drill failed before the ledger could be read back: ${failed}.`,
        };
  }
  return {
    kind: 'measured',
    value: valueOf(rpo, measure),
    samples: rpo.acknowledged,
    // A lost write is a fact, however few writes there are.
    violations: Infinity,
    note: sentenceOf(rpo) + borneOut(rpo, logPositions),
    ...(failed === undefined
      ? {}
      : {
          doubt: {
            reason: 'not-run',
            sentence: `The drill did not come to its end: ${failed}. What the ledger shows may not be all.`,
          },
        }),
  };
}

function valueOf(rpo: LedgerRecord, measure: LedgerMeasure): Bounds {
  switch (measure) {
    case 'rpo':
      return { low: rpo.seconds, high: rpo.atLeast ? Infinity : rpo.seconds };
    case 'lost':
      return exactly(rpo.lost);
    case 'anomalies':
      return exactly(rpo.duplicate + rpo.phantom + rpo.resurrected + rpo.corrupt);
    case 'stale':
      return exactly(rpo.stale);
  }
}

function sentenceOf(rpo: LedgerRecord): string {
  const split =
    rpo.lostAfterFault > 0
      ? ` ${rpo.lostAfterFault} of them were acknowledged after the fault: a split brain.`
      : '';
  return (
    `${rpo.lost} of ${rpo.acknowledged} acknowledged writes were lost; the largest gap between acknowledgements ` +
    `was ${rpo.resolutionSeconds.toFixed(2)} s.${split}${named(rpo)}`
  );
}

/** A ledger sees its own writes alone: whether the store's log bears out that nothing was lost. */
function borneOut(rpo: LedgerRecord, positions: DrillRecord['logPositions']): string {
  if (positions === undefined || rpo.lost > 0) return '';
  switch (positions.outcome) {
    case 'all there':
      return " The store's log bears it out.";
    case 'lacks log':
      return ` The store's log does not bear it out: ${positions.detail}.`;
    case 'not told':
      return " The store's log was not told, so nothing but the ledger says so.";
  }
}

/** Whatever else is wrong, by its name. */
function named(rpo: LedgerRecord): string {
  const wrong = [
    [rpo.holes, 'lost although a later write of the same worker survives (a hole)'],
    [rpo.duplicate, 'there more than once (duplicate)'],
    [rpo.phantom, 'there though nobody wrote it (phantom)'],
    [rpo.resurrected, 'there though it was refused (resurrected)'],
    [rpo.corrupt, 'there with another payload (corrupt)'],
    [rpo.stale, 'missed by a read that began after its acknowledgement, and there later (stale)'],
  ] as const;
  const found = wrong.filter(([many]) => many > 0).map(([many, words]) => `${many} ${words}`);
  return found.length === 0 ? '' : ` ${found.join('; ')}.`;
}
