import { z } from 'zod';
import { isPlainName } from '../prometheus/selector.ts';
import { needed, variantsBy } from './needed-schema.ts';
import { passesOnNothing } from './passes-on-nothing.ts';
import { matchersText, selectorText } from './selector-text.ts';

const ratio = z.number().gt(0).lt(1);
const text = z.string().min(1);
const positive = z.number().positive();
const prometheus = { from: z.literal('prometheus') };
const histogram = {
  // It is written in front of braces, behind `_bucket` where it is a classic one: no name with dots can be.
  histogram: z.string().refine(isPlainName, {
    error:
      "the metric's name without braces, as http_request_duration_seconds; one of another kind (with dots) is for a signal of measure promql",
  }),
  matchers: matchersText,
  buckets: z.enum(['classic', 'native']).optional(),
  observedIn: z.enum(['seconds', 'milliseconds']).optional(),
};
const client = { from: z.literal('client'), tenant: text.optional() };
const counters = { bad: selectorText, all: selectorText };

const ofClient = () =>
  [
    z.strictObject({
      ...client,
      measure: z.enum(['availability', 'throughput']),
    }),
    z.strictObject({
      ...client,
      measure: z.literal('error-ratio'),
      status: z.number().int().min(100).max(599).optional(),
    }),
    z.strictObject({ ...client, measure: z.literal('failed-checks'), checks: z.array(text).min(1) }),
    z.strictObject({ ...client, measure: z.literal('latency'), quantile: ratio }),
    z.strictObject({ ...client, measure: z.literal('latency-share'), underMs: positive }),
    z.strictObject({
      ...client,
      measure: z.literal('latency-growth'),
      quantile: ratio,
      leastSeconds: positive.optional(),
    }),
  ] as const;

const ofPrometheus = () =>
  [
    z.strictObject({ ...prometheus, measure: z.enum(['ratio', 'availability']), ...counters }),
    z.strictObject({
      ...prometheus,
      measure: z.enum(['throughput', 'difference-to-client']),
      selector: selectorText,
    }),
    z.strictObject({ ...prometheus, measure: z.literal('latency'), quantile: ratio, ...histogram }),
    z.strictObject({ ...prometheus, measure: z.literal('latency-share'), underMs: positive, ...histogram }),
    z.strictObject({
      ...prometheus,
      measure: z.literal('gauge'),
      selector: selectorText,
      take: z.enum(['max', 'min']),
    }),
    z.strictObject({
      ...prometheus,
      measure: z.literal('saturation'),
      used: z.union([z.strictObject({ gauge: selectorText }), z.strictObject({ counter: selectorText })]),
      capacity: z.union([z.strictObject({ gauge: selectorText }), z.strictObject({ value: positive })]),
      by: z.array(text).min(1).optional(),
    }),
    z.strictObject({ ...prometheus, measure: z.enum(['present', 'age']), selector: selectorText }),
    z.strictObject({
      ...prometheus,
      measure: z.enum(['alerts-fired', 'alerts-firing', 'seconds-to-alert']),
      alerts: matchersText.min(1),
    }),
    z.strictObject({
      ...prometheus,
      measure: z.literal('leak'),
      of: z.union([z.strictObject({ gauge: selectorText }), z.strictObject({ query: text })]),
      take: z.enum(['floor', 'middle']).optional(),
      exhaustedAt: positive.optional(),
      warmUpSeconds: z.number().nonnegative().optional(),
      leastSeconds: positive.optional(),
    }),
    z.strictObject({
      ...prometheus,
      measure: z.literal('burn-rate'),
      ...counters,
      target: ratio,
      windows: z
        .array(z.strictObject({ longSeconds: positive, shortSeconds: positive, factor: positive }))
        .min(1),
    }),
    z.strictObject({
      ...prometheus,
      measure: z.literal('promql'),
      query: text,
      take: z.enum(['last', 'max', 'min']),
      series: z.enum(['one', 'every']),
    }),
  ] as const;

const ofOthers = {
  experiment: () =>
    z.strictObject({ from: z.literal('experiment'), measure: z.literal('seconds-to-steady') }),
  smoke: () => z.strictObject({ from: z.literal('smoke'), measure: z.literal('failed') }),
  drill: () =>
    z.strictObject({
      from: z.literal('drill'),
      measure: z.enum([
        'rto',
        'rpo',
        'detection',
        'failover',
        'lost',
        'anomalies',
        'flaps',
        'stale',
        'writers',
        'dropped-sessions',
        'seconds-to-reconnect',
      ]),
    }),
  load: () => z.strictObject({ from: z.literal('load'), measure: z.enum(['capacity', 'seconds-to-settle']) }),
  limit: () => z.strictObject({ from: z.literal('limit'), measure: z.literal('departures') }),
  restore: () =>
    z.strictObject({
      from: z.literal('restore'),
      measure: z.enum([
        'seconds',
        'backup-age',
        'archive-delay',
        'point-in-time-error',
        'schedule-departures',
      ]),
    }),
  deployment: () =>
    z.strictObject({
      from: z.literal('deployment'),
      measure: z.enum(['seconds-to-deploy', 'seconds-to-roll-back', 'seconds-to-return']),
    }),
};

const signal = variantsBy(
  'from',
  { client: () => z.union(ofClient()), prometheus: () => z.union(ofPrometheus()), ...ofOthers },
  () => z.union([...ofClient(), ...ofPrometheus(), ...Object.values(ofOthers).map((make) => make())]),
);

/** Measures that are shares of events, or are decided by one: only these can be inferred from a sample. */
const shares: readonly string[] = ['error-ratio', 'ratio', 'availability', 'latency', 'latency-share'];

const objective = z.strictObject({
  signal,
  comparator: z.enum(['<', '<=', '>', '>=']),
  limit: z.number(),
  unit: text,
  severity: z.enum(['must', 'should']).optional(),
  claim: z.enum(['observed', 'inferred']).optional(),
  leastSamples: z.number().int().positive().optional(),
  noData: z.enum(['inconclusive', 'fail']).optional(),
  regression: needed(() =>
    z.strictObject({
      effect: z.number().nonnegative(),
      severity: z.enum(['must', 'should']).optional(),
      since: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
    }),
  ).optional(),
  source: text.optional(),
});

/** Measures of growth: growth up to the limit does not matter, whatever it is of. */
const growths: readonly string[] = ['leak', 'latency-growth'];

/** An objective as a platform file states it. */
export const objectiveSchema = objective
  .refine(({ claim, signal: { measure } }) => claim !== 'inferred' || shares.includes(measure), {
    path: ['claim'],
    error: `"inferred" is for shares of events: ${shares.join(', ')}; everything else is "observed"`,
  })
  .refine(({ unit, signal: { measure } }) => !growths.includes(measure) || /^.+\/(min|h)$/.test(unit), {
    path: ['unit'],
    error: 'growth is told a minute or an hour: end its unit in /min or /h, for instance MB/min',
  })
  .refine(
    ({ comparator, limit, signal: { measure } }) =>
      !growths.includes(measure) || (limit > 0 && comparator.startsWith('<')),
    {
      path: ['limit'],
      error: 'growth up to the limit does not matter: the limit is above 0, and the comparator < or <=',
    },
  )
  .refine((one) => !(one.signal.measure === 'promql' && passesOnNothing(one.signal.query, one)), {
    path: ['signal', 'query'],
    error:
      'a value that is filled in where there is none (`or vector(…)`) and holds makes a missing target a pass: leave it out, as no data is inconclusive anyway, or fill in with 0 * what is certainly there',
  });
