import { z } from 'zod';
import type { RawSeries, Reading, SampleValue } from './reading.ts';

// Prometheus writes numbers as strings, as Go formats them.
const value = z.string().transform((text, context): SampleValue => {
  if (text === 'NaN' || text === '+Inf' || text === '-Inf') return text;
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) {
    context.addIssue({ code: 'custom', message: `expected a number, found ${JSON.stringify(text)}` });
    return z.NEVER;
  }
  return number;
});
const sample = z.tuple([z.number().transform((seconds) => Math.round(seconds * 1000)), value]);
const labels = z.record(z.string(), z.string());

const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labels, value: sample.optional() })),
});
const matrix = z.object({
  resultType: z.literal('matrix'),
  // A series of native histograms has no values.
  result: z.array(z.object({ metric: labels, values: z.array(sample).default([]) })),
});
const scalar = z.object({ resultType: z.literal('scalar'), result: sample });
const notes = { warnings: z.array(z.string()).default([]), isPartial: z.boolean().default(false) };

const success = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [vector, matrix, scalar]),
  ...notes,
});

const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

const targets = z.object({
  status: z.literal('success'),
  data: z.object({
    activeTargets: z.array(
      z.object({
        labels,
        health: z.enum(['up', 'down', 'unknown']),
        lastError: z.string(),
        lastScrape: z.string(),
      }),
    ),
  }),
});

const buildInfo = z.object({ status: z.literal('success'), data: z.object({ version: z.string() }) });

/** One target that Prometheus scrapes. */
export interface TargetHealth {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** ISO time; the year 1 when it was never scraped. */
  readonly lastScrape: string;
}

/** Parses the answer to a query. Throws a sentence that says what is wrong with it. */
export function parseReading(body: unknown): Reading {
  const parsed = check(success, body);
  const { data } = parsed;
  const partial = parsed.isPartial ? ['the answer says of itself that it is partial'] : [];
  return { series: seriesOf(data), warnings: [...parsed.warnings, ...partial] };
}

export function parseTargets(body: unknown): readonly TargetHealth[] {
  return check(targets, body).data.activeTargets;
}

export function parseBuildInfo(body: unknown): { readonly version: string } {
  return check(buildInfo, body).data;
}

/** What the API says of its own failure; undefined when the body is no such thing. */
export function parseFailure(
  body: unknown,
): { readonly errorType: string; readonly error: string } | undefined {
  const parsed = failure.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

function seriesOf(data: z.infer<typeof success>['data']): readonly RawSeries[] {
  switch (data.resultType) {
    case 'scalar':
      return [{ labels: {}, samples: [data.result] }];
    case 'vector':
      return data.result.map((one) => ({
        labels: one.metric,
        samples: one.value === undefined ? [] : [one.value],
      }));
    case 'matrix':
      return data.result.map((one) => {
        const ordered = one.values.every(([at], index) => at > (one.values[index - 1]?.[0] ?? -Infinity));
        if (!ordered) throw new Error('expected samples by rising time, found some out of order');
        return { labels: one.metric, samples: one.values };
      });
  }
}

function check<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Error(`${first?.path.join('.') || 'the answer'}: ${first?.message ?? 'not as expected'}`);
}
