import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import type { ExperimentFault, Gauge } from './deps.ts';
import { drivingContext, type Scope } from './scope.ts';

/** One reading: begun and ended at (monotonic ms), and what it gave. */
export interface Reading {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** What was read of one gauge within a span. */
export interface GaugeReadings {
  readonly measure: Omit<Gauge, 'read'>;
  /** By rising time. */
  readonly readings: readonly Reading[];
  /** The longest stretch of the span in which no reading ended; in ms. */
  readonly unseenMs: number;
  /** Why the last attempt gave none, if it did not. */
  readonly failed?: string;
}

/** Gauges that are being read until they are stopped. */
export interface GaugeWatch {
  /** Readings that were begun and ended within the span. */
  within(fault: Pick<ExperimentFault, 'name'>, span: Span): readonly GaugeReadings[];
  /** The same, of what the platform names alone, without what the fault's driver measures at its target. */
  named(fault: Pick<ExperimentFault, 'name' | 'gauges'>, span: Span): readonly GaugeReadings[];
  stop(): void;
}

const EVERY_MS = 250;
const READ_WITHIN_MS = 5_000;

/**
 * Reads what faults are to move, again and again. A reading that fails is none; it stops nothing, and nothing waits
 * for it.
 */
export function watchGauges(scope: Scope, faults: readonly ExperimentFault[]): GaugeWatch {
  const over = new AbortController();
  const signal = AbortSignal.any([scope.context.signal, over.signal]);
  const watched = new Map(
    faults.map((fault) => [
      fault.name,
      gaugesOf(scope, fault).map((gauge) => watchOne(scope, gauge, signal)),
    ]),
  );
  const seen: GaugeWatch['within'] = ({ name }, span) => (watched.get(name) ?? []).map((one) => one(span));
  return {
    within: seen,
    // What the platform names comes first.
    named: (fault, span) => seen(fault, span).slice(0, fault.gauges?.length ?? 0),
    stop: () => over.abort(new Error('nobody watches any more')),
  };
}

function gaugesOf(scope: Scope, { driver, config, gauges = [] }: ExperimentFault): readonly Gauge[] {
  const measure = driver.measureOf?.(config);
  if (measure === undefined) return gauges;
  const read = async (signal: AbortSignal): Promise<number> =>
    (await driver.read?.(config, drivingContext(scope, signal))) ?? Number.NaN;
  return [...gauges, { ...measure, read }];
}

function watchOne(scope: Scope, gauge: Gauge, signal: AbortSignal): (span: Span) => GaugeReadings {
  const { clock } = scope.context;
  const readings: Reading[] = [];
  let failed: string | undefined;
  const reading = async (): Promise<void> => {
    while (!signal.aborted) {
      const from = clock.now();
      try {
        const value = await within(clock, READ_WITHIN_MS, 'Reading it', signal, gauge.read);
        if (!Number.isFinite(value)) throw new Error(`it has no value (${value})`);
        readings.push({ from, to: clock.now(), value });
        failed = undefined;
      } catch (error) {
        failed = reasonOf(error);
      }
      await clock.sleep(EVERY_MS, signal);
    }
  };
  void reading().catch(() => undefined);
  const { read: _, ...measure } = gauge;
  return (span) => {
    const inside = readings.filter(({ from, to }) => from >= span.from && to <= span.to);
    return {
      measure,
      readings: inside,
      unseenMs: longestGap([span.from, ...inside.map(({ to }) => to), span.to]),
      ...(failed === undefined || signal.aborted ? {} : { failed }),
    };
  };
}

function longestGap(moments: readonly number[]): number {
  return Math.max(...moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment)));
}
