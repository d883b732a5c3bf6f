import { Counter, Gauge, Trend } from 'k6/metrics';
import { meterNames } from './meter-names.ts';

/** Counts exactly what happened, in names that the receiver of k6's pushes knows. */
export class Meters {
  private readonly begun = new Gauge(meterNames.begun);
  private readonly started = new Counter(meterNames.started);
  private readonly ended = new Counter(meterNames.iterations);
  private readonly iterationsFailed = new Counter(meterNames.iterationsFailed);
  private readonly thrown = new Counter(meterNames.iterationsThrown);
  private readonly requests = new Counter(meterNames.requests);
  private readonly failed = new Counter(meterNames.failed);
  private readonly errors = new Counter(meterNames.errors);
  private readonly under = new Counter(meterNames.under);
  // Not declared as a time: k6 would send seconds, in whose buckets milliseconds have no exact bounds.
  private readonly latency = new Trend(meterNames.latency);
  private readonly limits: readonly { readonly ms: number; readonly tags: { readonly limit: string } }[];

  constructor(limitsMs: readonly number[]) {
    this.limits = limitsMs.map((ms) => ({ ms, tags: { limit: String(ms) } }));
  }

  /** `scenarioStart`: milliseconds since the Unix epoch. */
  iterationStarted(scenarioStart: number, first: boolean): void {
    if (first) this.begun.add(scenarioStart);
    this.started.add(1);
  }

  iterationEnded(outcome: 'held' | 'failed' | 'thrown'): void {
    if (outcome !== 'held') this.iterationsFailed.add(1);
    if (outcome === 'thrown') this.thrown.add(1);
    this.ended.add(1);
  }

  request(latencyMs: number): void {
    this.requests.add(1);
    this.latency.add(latencyMs);
    for (const limit of this.limits) if (latencyMs <= limit.ms) this.under.add(1, limit.tags);
  }

  requestFailed(kind: string): void {
    this.failed.add(1);
    this.errors.add(1, { kind });
  }

  /**
   * Adds nothing to every counter. k6 does not push a sample of the same millisecond as the one pushed before;
   * without a later one the last values would never arrive.
   */
  touch(): void {
    const plain = [this.started, this.ended, this.iterationsFailed, this.thrown, this.requests, this.failed];
    for (const counter of plain) counter.add(0);
    for (const limit of this.limits) this.under.add(0, limit.tags);
  }
}
