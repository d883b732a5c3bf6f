import { alertName, rulesMatching } from '@ordeal/shared/prometheus/alerts';
import type { Prometheus } from '@ordeal/shared/prometheus/client';

export interface AlertsSeen {
  /** Why the run is refused. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
}

/** Looks whether an alert fires during which nothing may be begun. `matchers` are those of the platform. */
export async function lookAtAlerts(
  prometheus: Prometheus,
  matchers: string,
  signal: AbortSignal,
): Promise<AlertsSeen> {
  const [firing, rules] = await Promise.all([
    prometheus.instant(`ALERTS{alertstate="firing",${matchers}}`, undefined, signal),
    prometheus.alertRules(signal),
  ]);
  if (!firing.ok) {
    return refused(`whether an alert with ${matchers} fires cannot be told: ${firing.error.message}`);
  }
  const names = firing.value.series.map(({ labels }) => alertName(labels));
  if (names.length > 0) return refused(`alerts fire (${matchers}): ${names.join(', ')}`);
  if (firing.value.warnings.length > 0) {
    return refused(
      `whether an alert with ${matchers} fires cannot be told: ${firing.value.warnings.join('; ')}`,
    );
  }
  if (!rules.ok) {
    const warning = `Whether there is an alert rule with ${matchers} at all cannot be told: ${rules.error.message}`;
    return { reasons: [], warnings: [warning] };
  }
  const fitting = rulesMatching(rules.value, matchers);
  if (fitting.length === 0) {
    return refused(
      `guardrails.refuseDuring.alerts watches nothing: no alert rule of Prometheus fits ${matchers}`,
    );
  }
  const broken = fitting.find(({ health }) => health === 'err');
  return broken === undefined
    ? { reasons: [], warnings: [] }
    : refused(`whether the alert ${broken.name} fires cannot be told: its rule fails (${broken.lastError})`);
}

function refused(reason: string): AlertsSeen {
  return { reasons: [reason], warnings: [] };
}
