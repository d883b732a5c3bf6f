/**
 * So long an API server is frozen: in a proof 20 s (`npm run prove -- chaos-outages`), in continuous integration
 * longer than any single call waits for its answer.
 */
export const FROZEN_MS = Number(process.env['ORDEAL_PROVE_CHAOS_OUTAGES'] ?? 6) * 1_000;
