import { join } from 'node:path';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { ClientInterval, ClientStream } from '@ordeal/shared/load/client-interval';
import { quantileBounds } from '@ordeal/shared/load/histogram';
import { secondsCounted } from '@ordeal/shared/load/window';
import type { GeneratorEnd, RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import type { LoadRecord } from '@ordeal/shared/record/record';
import { drainMs } from '../active-load.ts';
import { loadRecord } from '../load-record.ts';
import { arrivalsDue, scenariosOf } from '../shapes/arrivals-due.ts';
import { conclude, endedInOrder, type Conclusion } from './conclusion.ts';
import type { Forwarder } from '../remote-write/forwarder.ts';
import type { Namespace } from './kubernetes/kinds.ts';
import { saveLogs } from './logs.ts';
import type { RunnerReceiver } from './measurements/receiver.ts';
import type { RunnersStream } from './measurements/runners-stream.ts';
import { rateOfEach } from './runner-options.ts';
import { look, type Runner, type Sight } from './runners.ts';

/** What a load on a cluster holds on to. */
export interface DistributedParts {
  readonly workload: Workload;
  readonly context: RunContext;
  readonly namespace: Namespace;
  readonly name: string;
  readonly parallelism: number;
  readonly virtualUsers: number;
  /** The same of each tenant, of a workload that tells them apart. */
  readonly tenantUsers?: Readonly<Record<string, number>>;
  readonly stream: RunnersStream;
  readonly receiver: RunnerReceiver;
  /** Where the pushes go on to, if anywhere. */
  readonly forwarder: Forwarder | undefined;
  /** Directory for what the runners leave. */
  readonly dir: string;
  /** Takes everything of it off the cluster, and settles its undo entry. */
  readonly remove: () => Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
/** While its end is waited for. */
const LOOK_AT_END_EVERY_MS = 500;
/** Beyond the time that iterations may take to end: pushes, pods that are seen to end, a look. */
const PODS_END_WITHIN_MS = 30_000;
/** So many iterations of which every one threw are no accident. */
const HOPELESS_ITERATIONS = 50;

/** A workload that runs on a cluster. */
export class DistributedLoad implements RunningWorkload {
  readonly stream: ClientStream;
  readonly ended: Promise<GeneratorEnd>;
  private readonly parts: DistributedParts;
  private readonly began: number;
  private readonly over = new AbortController();
  private asked: { readonly at: number; readonly record: Promise<LoadRecord> } | undefined;
  private runners: readonly Runner[] = [];

  constructor(parts: DistributedParts) {
    this.parts = parts;
    this.stream = parts.stream;
    this.began = parts.context.clock.now();
    this.ended = this.run();
  }

  stop(): Promise<LoadRecord> {
    this.asked ??= { at: this.parts.context.clock.now(), record: this.drain() };
    return this.asked.record;
  }

  private async drain(): Promise<LoadRecord> {
    this.parts.receiver.release();
    // The next look is due now.
    this.over.abort();
    return this.record(await this.ended);
  }

  private async run(): Promise<GeneratorEnd> {
    const { context, forwarder, namespace, receiver, workload, dir, remove, stream } = this.parts;
    const conclusion = await this.untilOver();
    const errors = await saveLogs(namespace, this.runners, join(dir, 'runners'));
    try {
      await remove();
    } catch (error) {
      // Its undo entry stays open, and whoever heals will try again.
      context.journal.append({
        type: 'warning',
        message: `What the load of workload ${workload.name} left on the cluster could not be removed: ${(error as Error).message}`,
      });
    }
    await receiver.close();
    await forwarder?.close();
    const end = this.endOf(conclusion, errors);
    const { started, iterations } = stream.totals();
    const cutOff = started === iterations ? [] : [`${started - iterations} iterations were cut off`];
    context.journal.append({
      type: 'load-ended',
      workload: workload.name,
      how: end.how,
      detail: [...(end.how === 'broke' ? [end.reason] : []), ...cutOff].join('; '),
    });
    return end;
  }

  /** Looks at the cluster until the load is over. A cluster that gives no answer ends nothing as long as there is time. */
  private async untilOver(): Promise<Conclusion> {
    const { context, namespace, name, parallelism, workload } = this.parts;
    const { clock } = context;
    let silent: string | undefined;
    for (;;) {
      const asked = this.asked;
      let sight: Sight | undefined;
      try {
        sight = await look(namespace, name, parallelism);
        silent = undefined;
      } catch (error) {
        if (silent === undefined) {
          context.journal.append({
            type: 'warning',
            message: `The cluster gives no answer: ${(error as Error).message}`,
          });
        }
        silent = (error as Error).message;
      }
      if (sight !== undefined) {
        this.runners = sight.runners;
        const conclusion = this.take(sight, asked !== undefined);
        if (conclusion !== undefined) return conclusion;
      }
      const last =
        (asked?.at ?? this.began + workload.atMostSeconds * 1000) + drainMs(workload) + PODS_END_WITHIN_MS;
      if (clock.now() > last) return this.notOver(silent);
      await this.nextLook(asked === undefined);
    }
  }

  private take(sight: Sight, asked: boolean): Conclusion | undefined {
    const { stream } = this.parts;
    const conclusion = conclude(sight, asked);
    for (const [index, runner] of sight.runners.entries()) {
      if (endedInOrder(runner, asked)) tell(this.parts.context, stream.end(index + 1));
    }
    if (conclusion !== undefined) return conclusion;
    const anew = stream.startedAnew();
    if (anew.length > 0) {
      const reason = `k6 of runner ${anew.join(', ')} was started a second time: what it counted before may be incomplete`;
      return { how: 'broke', exitCode: null, reason };
    }
    const { iterations, thrown } = stream.totals();
    // What is wrong with them is said with the end.
    return thrown >= HOPELESS_ITERATIONS && thrown === iterations
      ? {
          how: 'broke',
          exitCode: null,
          reason: `it was ended, as its first ${iterations} iterations all threw`,
        }
      : undefined;
  }

  private notOver(silent: string | undefined): Conclusion {
    const left = this.runners.flatMap(({ is }, index) => (is === 'ended' ? [] : [index + 1]));
    const reason =
      silent === undefined
        ? `runner ${left.join(', ')} did not end in time`
        : `how the runners ended could not be seen: ${silent}`;
    return { how: 'broke', exitCode: null, reason };
  }

  private async nextLook(mayWake: boolean): Promise<void> {
    const { clock } = this.parts.context;
    try {
      if (mayWake) await clock.sleep(LOOK_EVERY_MS, this.over.signal);
      else await clock.sleep(LOOK_AT_END_EVERY_MS);
    } catch {
      // The word to end was given: a look is due now.
    }
  }

  private endOf(conclusion: Conclusion, errors: readonly string[]): GeneratorEnd {
    const { iterations, thrown, requests } = this.parts.stream.totals();
    const quoted = errors.length === 0 ? '' : ` (${errors.join('; ')})`;
    const broke = (reason: string, exitCode: number | null = null): GeneratorEnd => ({
      how: 'broke',
      exitCode,
      signal: null,
      reason,
    });
    if (iterations > 0 && thrown === iterations) {
      return broke(`every one of ${iterations} iterations threw${quoted}`);
    }
    if (conclusion.how === 'broke') return broke(conclusion.reason + quoted, conclusion.exitCode);
    if (requests === 0) return broke(`not one request was made${quoted}`);
    return this.asked === undefined ? { how: 'finished' } : { how: 'stopped' };
  }

  private record(end: GeneratorEnd): LoadRecord {
    const { stream, tenantUsers, virtualUsers, workload, parallelism } = this.parts;
    const until = end.how === 'broke' ? stream.completeUntil() : Infinity;
    // Each runner has its share, from the moment at which it began.
    const share = rateOfEach(workload, parallelism);
    const dues = stream.begun().flatMap((from) => {
      if (from === undefined) return [];
      const to = Math.min(until, this.asked?.at ?? Infinity, from + workload.atMostSeconds * 1000);
      return [arrivalsDue(share, to - from, scenariosOf(workload))];
    });
    return loadRecord(workload.name, {
      due: {
        low: dues.reduce((sum, { low }) => sum + low, 0),
        high: dues.reduce((sum, { high }) => sum + high, 0),
      },
      totals: stream.totals(),
      intervals: stream.all(),
      // How busy the runners' machines were cannot be seen from here.
      coresWanted: () => undefined,
      cores: parallelism,
      virtualUsers,
      ...(tenantUsers === undefined ? {} : { tenantUsers }),
      timeoutMs: workload.timeoutMs,
      broke: end.how === 'broke' ? end.reason : undefined,
    });
  }
}

/** Tells the journal of intervals that are complete. */
export function tell({ journal }: Pick<RunContext, 'journal'>, intervals: readonly ClientInterval[]): void {
  for (const interval of intervals) {
    journal.append({
      type: 'load-second',
      requestsPerSecond: interval.requests / Math.max(0.001, secondsCounted(interval)),
      failed: interval.failed,
      dropped: interval.dropped,
      p95Ms: quantileBounds(interval.latency, 0.95)?.high ?? null,
    });
  }
}
