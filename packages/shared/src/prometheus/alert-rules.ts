import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { shaped } from './shape.ts';
import { wallMsOf } from './wall-time.ts';

/** An alert rule, as the server that evaluates it tells. */
export interface AlertRule {
  readonly name: string;
  /** The rule's own labels; those of its expression's series are not among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError: string;
  /** Wall-clock milliseconds; null when it was never evaluated. */
  readonly lastEvaluation: number | null;
  /** How long the expression must hold before the alert fires. */
  readonly forSeconds: number;
  /** How far apart its evaluations are meant to be; not every server tells. */
  readonly everySeconds?: number;
}

const success = lazily(() => {
  const alerting = z.object({
    type: z.literal('alerting'),
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    // Rulers of other makes know other words; none of them means that all is well.
    health: z.string().transform((word) => (word === 'ok' || word === 'err' ? word : 'unknown')),
    lastError: z.string().default(''),
    lastEvaluation: z.string().transform((time, context) => {
      const at = wallMsOf(time);
      if (at !== undefined) return at;
      context.addIssue({ code: 'custom', message: `expected a time, found ${JSON.stringify(time)}` });
      return z.NEVER;
    }),
    duration: z.number().nonnegative(),
  });

  /** Not every server heeds that only alerting rules were asked for. */
  const recording = z.object({ type: z.literal('recording') });

  return z.object({
    status: z.literal('success'),
    data: z.object({
      groups: z.array(
        z.object({
          interval: z.number().nonnegative().optional(),
          rules: z.array(z.discriminatedUnion('type', [alerting, recording])),
        }),
      ),
      groupNextToken: z.string().optional(),
    }),
    warnings: z.array(z.string()).nullish(),
  });
});

/**
 * Parses the answer of `/api/v1/rules`. Throws a sentence that says what is wrong with it. A list that is not whole
 * is wrong: a rule that is not on it might be the one that fires.
 */
export function parseAlertRules(body: unknown): readonly AlertRule[] {
  const { data, warnings } = shaped(success(), body);
  if (warnings?.length) throw new Error(`the list of rules is not whole: ${warnings.join('; ')}`);
  if (data.groupNextToken) throw new Error('the list of rules is not whole: it has further pages');
  return data.groups.flatMap(({ interval = 0, rules }) =>
    rules.flatMap((rule) => {
      if (rule.type === 'recording') return [];
      const { name, labels, health, lastError, lastEvaluation, duration } = rule;
      const every = interval > 0 ? { everySeconds: interval } : {};
      return [{ name, labels, health, lastError, lastEvaluation, forSeconds: duration, ...every }];
    }),
  );
}
