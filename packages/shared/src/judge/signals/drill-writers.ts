import type { DrillRecord } from '../../record/record.ts';
import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';

/** How many nodes took writes at one time. Two that are proven are a fact; that there were none has to be seen. */
export function writersAtOnce({ name, writers, failed }: DrillRecord): Measurement {
  if (writers === undefined) {
    const why = failed === undefined ? 'nobody looked' : `the drill failed before anybody looked: ${failed}`;
    return { kind: 'nothing', reason: 'not-run', sentence: `Of ${name} it is not known: ${why}.` };
  }
  const sentence = `${writers.detail}.`;
  switch (writers.outcome) {
    case 'proven':
      return { kind: 'measured', value: exactly(2), samples: 1, violations: Infinity, note: sentence };
    case 'excluded':
      return { kind: 'measured', value: exactly(1), samples: 1, violations: Infinity };
    case 'not excluded':
      return {
        kind: 'nothing',
        reason: 'too-few-samples',
        sentence: `That two took writes is not excluded: ${sentence}`,
      };
  }
}
