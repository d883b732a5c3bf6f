import { z } from 'zod';

const ratio = z.number().gt(0).lt(1);
const text = z.string().min(1);

const signal = z.union([
  z.strictObject({ from: z.literal('client'), measure: z.enum(['error-ratio', 'throughput']) }),
  z.strictObject({ from: z.literal('client'), measure: z.literal('latency'), quantile: ratio }),
  z.strictObject({ from: z.literal('prometheus'), measure: z.literal('ratio'), bad: text, all: text }),
  z.strictObject({
    from: z.literal('prometheus'),
    measure: z.literal('latency'),
    quantile: ratio,
    histogram: text,
    matchers: z.string(),
  }),
  z.strictObject({
    from: z.literal('prometheus'),
    measure: z.literal('gauge'),
    selector: text,
    take: z.enum(['max', 'min']),
  }),
  z.strictObject({ from: z.literal('prometheus'), measure: z.literal('present'), selector: text }),
  z.strictObject({ from: z.literal('experiment'), measure: z.literal('seconds-to-steady') }),
  z.strictObject({ from: z.literal('smoke'), measure: z.literal('failed') }),
  z.strictObject({
    from: z.literal('drill'),
    measure: z.enum(['rto', 'rpo', 'detection', 'failover', 'lost', 'anomalies', 'flaps', 'stale']),
  }),
]);

/** An objective as a platform file states it. */
export const objectiveSchema = z.strictObject({
  signal,
  comparator: z.enum(['<', '<=', '>', '>=']),
  limit: z.number(),
  unit: text,
  severity: z.enum(['must', 'should']).optional(),
  leastSamples: z.number().int().positive().optional(),
  source: text.optional(),
});
