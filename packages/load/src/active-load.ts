import { availableParallelism } from 'node:os';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { GeneratorEnd, RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import type { LoadRecord } from '@ordeal/shared/record/record';
import type { LoadMonitor } from './load-monitor.ts';
import { loadRecord } from './load-record.ts';
import { exitReason } from './process/exit-reason.ts';
import { within, type K6Exit, type K6Process } from './process/k6-process.ts';
import type { Forwarder } from './remote-write/forwarder.ts';
import type { Receiver } from './remote-write/receiver.ts';
import { arrivalsDue, scenariosOf } from './shapes/arrivals-due.ts';

/** What an active load holds on to. */
export interface LoadParts {
  readonly workload: Workload;
  readonly context: RunContext;
  readonly k6: K6Process;
  readonly receiver: Receiver;
  /** Where the pushes go on to, if anywhere. */
  readonly forwarder: Forwarder | undefined;
  readonly monitor: LoadMonitor;
  readonly virtualUsers: number;
  /** The same of each tenant, of a workload that tells them apart. */
  readonly tenantUsers?: Readonly<Record<string, number>>;
  /** Called when k6 is gone. */
  readonly settle: () => void;
}

/** How long iterations that are under way may take to end: a few requests that all run into their timeout. */
export function drainMs(workload: Workload): number {
  return 4 * workload.timeoutMs + 5000;
}

/** k6's exit code when its script ends the run, which is how it ends in order. */
const ENDED_BY_SCRIPT = 108;

/** A workload on a k6 that runs. */
export class ActiveLoad implements RunningWorkload {
  readonly stream: ClientStream;
  readonly ended: Promise<GeneratorEnd>;
  private readonly parts: LoadParts;
  private asked: { readonly at: number; readonly record: Promise<LoadRecord> } | undefined;
  private terminated = false;
  /** Why it was ended though nobody asked for it. */
  private gaveUp: string | undefined;
  private endedAt = 0;

  constructor(parts: LoadParts) {
    this.parts = parts;
    this.stream = parts.monitor.series;
    parts.monitor.watch(parts.k6.pid);
    this.ended = this.conclude();
  }

  /** Resolves with the first iteration. Rejects, with k6 gone, when there is none within `ms`. */
  async begun(ms: number): Promise<void> {
    const { workload, context, monitor } = this.parts;
    const aborted = Promise.withResolvers<'aborted'>();
    const abort = () => aborted.resolve('aborted');
    context.signal.addEventListener('abort', abort, { once: true });
    const outcome = await within(
      Promise.race([monitor.firstIteration.then(() => 'begun' as const), this.ended, aborted.promise]),
      ms,
      context.clock,
    );
    context.signal.removeEventListener('abort', abort);
    if (outcome === 'begun') {
      context.journal.append({ type: 'load-started', workload: workload.name, rate: workload.rate });
      return;
    }
    await this.terminate();
    const end = await this.ended;
    context.signal.throwIfAborted();
    const why =
      outcome === undefined
        ? `no iteration began within ${Math.round(ms / 1000)} s`
        : end.how === 'broke'
          ? end.reason
          : 'it ended at once';
    throw new Error(`The load of workload ${workload.name} did not begin: ${why}`);
  }

  stop(): Promise<LoadRecord> {
    this.asked ??= { at: this.parts.context.clock.now(), record: this.drain() };
    return this.asked.record;
  }

  private async drain(): Promise<LoadRecord> {
    const { context, k6, receiver, workload } = this.parts;
    receiver.release();
    const exit = await within(k6.exited, drainMs(workload), context.clock);
    if (exit === undefined) await this.terminate();
    return this.record(await this.ended);
  }

  private async terminate(): Promise<void> {
    this.terminated = true;
    await this.parts.k6.terminate(this.parts.context.clock);
  }

  private async conclude(): Promise<GeneratorEnd> {
    const { context, forwarder, k6, monitor, receiver, settle, workload } = this.parts;
    void monitor.hopeless.then((iterations) => {
      this.gaveUp = `it was ended, as its first ${iterations} iterations all threw`;
      return this.terminate();
    });
    const exit = await k6.exited;
    this.endedAt = context.clock.now();
    settle();
    await receiver.close();
    await forwarder?.close();
    const end = this.endOf(exit);
    const { started, iterations } = monitor.series.totals();
    const cutOff = started === iterations ? [] : [`${started - iterations} iterations were cut off`];
    const reason = end.how === 'broke' ? [end.reason] : [];
    context.journal.append({
      type: 'load-ended',
      workload: workload.name,
      how: end.how,
      detail: [...reason, ...cutOff].join('; '),
    });
    return end;
  }

  private endOf(exit: K6Exit): GeneratorEnd {
    const totals = this.parts.monitor.series.totals();
    const broke = (reason: string): GeneratorEnd => ({
      how: 'broke',
      exitCode: exit.code,
      signal: exit.signal,
      reason,
    });
    const errors = this.parts.k6.errors();
    if (totals.iterations > 0 && totals.thrown === totals.iterations) {
      return broke(`every one of ${totals.iterations} iterations threw (${errors.join('; ')})`);
    }
    if (this.gaveUp !== undefined) return broke(`${this.gaveUp} (${errors.join('; ')})`);
    const orderly = exit.code === 0 || (this.asked !== undefined && exit.code === ENDED_BY_SCRIPT);
    if (!orderly && !this.terminated) return broke(exitReason(exit, errors));
    if (totals.requests === 0) {
      const asWanted = this.asked !== undefined && exit.code === ENDED_BY_SCRIPT;
      return broke(
        `not one request was made; ${exitReason(asWanted ? { code: 0, signal: null } : exit, errors)}`,
      );
    }
    return this.asked === undefined ? { how: 'finished' } : { how: 'stopped' };
  }

  private record(end: GeneratorEnd): LoadRecord {
    const { monitor, tenantUsers, virtualUsers, workload } = this.parts;
    const { series } = monitor;
    return loadRecord(workload.name, {
      due: arrivalsDue(workload, this.ranMs(end), scenariosOf(workload)),
      totals: series.totals(),
      intervals: series.all(),
      coresWanted: (interval) => monitor.coresWanted(interval),
      cores: availableParallelism(),
      virtualUsers,
      ...(tenantUsers === undefined ? {} : { tenantUsers }),
      timeoutMs: workload.timeoutMs,
      broke: end.how === 'broke' ? end.reason : undefined,
      ...(workload.script?.scenarios === 'own' ? { ceiling: workload.script.ceiling } : {}),
    });
  }

  /** How long journeys were offered: until the word to end was given, or as long as k6 let them begin. */
  private ranMs(end: GeneratorEnd): number {
    const { monitor, workload } = this.parts;
    const from = monitor.beganAt();
    if (from === undefined) return 0;
    const last = end.how === 'broke' ? monitor.series.completeUntil() : this.endedAt;
    const until = Math.min(last, this.asked?.at ?? Infinity, from + workload.atMostSeconds * 1000);
    return Math.max(0, until - from);
  }
}
