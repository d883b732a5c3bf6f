import type { LedgerSum } from './lines.ts';

/** A line that is missing would turn what was lost into what was never promised. */
export function requireSum(sum: LedgerSum, seen: Omit<LedgerSum, 'type'>): void {
  for (const kind of ['intents', 'outcomes', 'found', 'readings'] as const) {
    if (sum[kind] !== seen[kind]) {
      throw new Error(
        `The ledger says that it has ${sum[kind]} ${kind}, and ${seen[kind]} are there: lines of it are missing, or ` +
          'some were added.',
      );
    }
  }
}
