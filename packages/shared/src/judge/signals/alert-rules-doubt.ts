import type { AlertRule } from '../../prometheus/alert-rules.ts';
import { rulesMatching } from '../../prometheus/alerts.ts';
import type { WallSpan } from '../../prometheus/counters.ts';
import type { Doubt } from '../decide.ts';

/** The rules behind an objective on alerts, and why their silence would prove nothing. */
export interface RulesBehind {
  readonly rules: readonly AlertRule[];
  readonly doubt?: Doubt;
}

/**
 * Silence is only proof when somebody listened: a rule that the matchers select exists, is healthy, and was evaluated
 * at the window's end, give or take one evaluation, which is its own where the server tells it, or else `evaluationMs`;
 * and within the window at all.
 */
export function rulesBehind(
  all: readonly AlertRule[],
  alerts: string,
  span: WallSpan,
  evaluationMs: number,
): RulesBehind {
  const rules = rulesMatching(all, alerts);
  if (rules.length === 0) {
    return {
      rules,
      doubt: {
        reason: 'no-samples',
        sentence: `No alert rule matches {${alerts}}: nobody evaluates it, so that its silence proves nothing.`,
        wouldDecide: `A rule that matches {${alerts}} has to be loaded.`,
      },
    };
  }
  const sick = rules.filter(({ health }) => health !== 'ok');
  if (sick.length > 0) {
    const names = sick.map(
      ({ name, health, lastError }) => `${name} (${lastError === '' ? health : lastError})`,
    );
    return {
      rules,
      doubt: { reason: 'query-failed', sentence: `Alert rules cannot be evaluated: ${names.join('; ')}.` },
    };
  }
  const late = rules.filter(
    ({ lastEvaluation, everySeconds }) =>
      lastEvaluation === null ||
      lastEvaluation <= span.from ||
      lastEvaluation < span.to - Math.max(evaluationMs, 1000 * (everySeconds ?? 0)),
  );
  if (late.length === 0) return { rules };
  const names = late.map(({ name, lastEvaluation }) =>
    lastEvaluation === null
      ? `${name} (never)`
      : `${name} (${((span.to - lastEvaluation) / 1000).toFixed(1)} s before the window's end)`,
  );
  return {
    rules,
    doubt: { reason: 'stale', sentence: `Alert rules were last evaluated too early: ${names.join('; ')}.` },
  };
}
