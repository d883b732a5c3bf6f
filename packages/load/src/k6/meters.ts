import { Counter, Gauge, Trend } from 'k6/metrics';
import { meterNames, WITHIN } from './meter-names.ts';

/** Counts exactly what happened, in names that the receiver of k6's pushes knows. */
export class Meters {
  private readonly begun = new Gauge(meterNames.begun);
  private readonly started = new Counter(meterNames.started);
  private readonly ended = new Counter(meterNames.iterations);
  private readonly iterationsFailed = new Counter(meterNames.iterationsFailed);
  private readonly thrown = new Counter(meterNames.iterationsThrown);
  private readonly failed = new Counter(meterNames.failed);
  private readonly errors = new Counter(meterNames.errors);
  // Not declared as a time: k6 would send seconds, in whose buckets milliseconds have no exact bounds.
  private readonly latency = new Trend(meterNames.latency);
  private readonly messages = new Trend(meterNames.messages);
  private readonly least: number;
  private readonly others: readonly { readonly ms: number; readonly tags: { readonly [WITHIN]: string } }[];

  constructor(limitsMs: readonly number[]) {
    const [least = Infinity, ...others] = [...limitsMs, Infinity].toSorted((left, right) => left - right);
    this.least = least;
    this.others = others.map((ms) => ({ ms, tags: { [WITHIN]: String(ms) } }));
  }

  /** `scenarioStart`: milliseconds since the Unix epoch, where it is to be told. */
  iterationStarted(scenarioStart: number | undefined): void {
    if (scenarioStart !== undefined) this.begun.add(scenarioStart);
    this.started.add(1);
  }

  iterationEnded(outcome: 'held' | 'failed' | 'thrown'): void {
    if (outcome !== 'held') this.iterationsFailed.add(1);
    if (outcome === 'thrown') this.thrown.add(1);
    this.ended.add(1);
  }

  /**
   * One sample says all that there is to say of a request, as samples are what measuring costs: that it was made, how
   * long it took, and within which of the limits. The usual one, within all of them, has no label, which costs as well.
   */
  request(latencyMs: number): void {
    if (latencyMs <= this.least) {
      this.latency.add(latencyMs);
      return;
    }
    const other = this.others.find(({ ms }) => latencyMs <= ms);
    // A latency that is no number keeps no limit.
    this.latency.add(latencyMs, other?.tags ?? { [WITHIN]: 'Infinity' });
  }

  /** How long a socket's message was waited for. */
  message(waitedMs: number, tags: Readonly<Record<string, string>>): void {
    this.messages.add(waitedMs, { ...tags });
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
    const plain = [this.started, this.ended, this.iterationsFailed, this.thrown, this.failed];
    for (const counter of plain) counter.add(0);
  }
}
