import type { RestoreRecord } from '../../record/record.ts';
import type { Measurement } from '../decide.ts';

/**
 * For how long what is written may wait to be archived: what the settings bound, once the source was seen to keep to
 * them. What was seen once alone is luck: a file of the log may have been about to end.
 */
export function archiveDelay({ archiving, failed }: RestoreRecord): Measurement {
  if (archiving === undefined) {
    const why = failed?.replace(/[.\s]+$/, '') ?? 'it did not come to that';
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `How soon it is archived was not looked at: ${why}.`,
    };
  }
  const { bound, reason, seen, waited } = archiving;
  const how = `How its source archives: ${reason}.`;
  const fact = { kind: 'measured', samples: 1, violations: Infinity } as const;
  // Whatever the limit: nothing holds it.
  if (bound === null) return { ...fact, value: { low: 0, high: Infinity }, decision: 'violated', note: how };
  if (seen !== null) {
    return { ...fact, value: bound, note: `${how} A mark was archived after ${seen.high.toFixed(1)} s.` };
  }
  const note = `${how} A mark was not archived within ${waited.toFixed(1)} s.`;
  if (waited >= bound.high) {
    return { ...fact, value: { low: waited, high: Infinity }, decision: 'violated', note };
  }
  const sentence = 'It was not waited for as long as the settings allow.';
  return { ...fact, value: bound, note, doubt: { reason: 'not-run', sentence } };
}
