import { once } from 'node:events';
import { createServer } from 'node:http';

/** What happened at the exporter, exactly. */
export interface Happened {
  readonly at: number;
  readonly good: number;
  readonly bad: number;
  /** Seconds that each of these requests took. */
  readonly seconds: number;
}

/**
 * An exporter that counts requests and their durations as the test tells it to, and remembers the truth. Its error
 * series exists only once there has been an error.
 */
export class ScriptedExporter {
  readonly happened: Happened[] = [];
  /** Bounds of the histogram's buckets, seconds. */
  readonly bounds: readonly number[];
  /** Written in place of a counter's value. */
  override: string | undefined;
  /** Serves nothing but its process' start. */
  bare = false;
  private good = 0;
  private bad = 0;
  private buckets: number[];
  private startedAt = Date.now() / 1000;
  private readonly server = createServer((_request, response) => response.end(this.render()));

  constructor(bounds: readonly number[] = [0.1, 0.2, 0.5]) {
    this.bounds = bounds;
    this.buckets = bounds.map(() => 0);
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `127.0.0.1:${address.port}`;
  }

  /** Counts requests, now. */
  count(good: number, bad: number, seconds = 0.05): void {
    this.good += good;
    this.bad += bad;
    this.buckets = this.buckets.map((count, index) =>
      seconds <= (this.bounds[index] ?? 0) ? count + good + bad : count,
    );
    this.happened.push({ at: Date.now(), good, bad, seconds });
  }

  /** As a process that is killed and started again: all counters from zero. */
  restart(): void {
    this.good = 0;
    this.bad = 0;
    this.buckets = this.bounds.map(() => 0);
    this.startedAt = Date.now() / 1000;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private render(): string {
    const total = this.good + this.bad;
    const lines = [`process_start_time_seconds ${this.startedAt}`];
    if (!this.bare) {
      lines.push(`requests_total{code="200"} ${this.override ?? this.good}`);
      if (this.bad > 0) lines.push(`requests_total{code="500"} ${this.bad}`);
      this.bounds.forEach((bound, index) =>
        lines.push(`took_seconds_bucket{le="${bound}"} ${this.buckets[index]}`),
      );
      lines.push(
        `took_seconds_bucket{le="+Inf"} ${total}`,
        `took_seconds_sum 0`,
        `took_seconds_count ${total}`,
      );
      lines.push(`in_flight ${this.override ?? total % 7}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
