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
}
