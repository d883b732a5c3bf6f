import type { DrillMeasure, PrometheusSignal, RestoreMeasure } from '../../objectives/signal.ts';
import type { TenantLoad } from '../../load/workload.ts';
import { isOfAlerts } from '../../objectives/of-alerts.ts';
import { isOfWholeDrill } from '../../objectives/of-whole-drill.ts';
import { steadySeconds } from '../load-windows.ts';
import type { Platform } from '../../platform/platform.ts';
import type { RestorePhase } from '../restore-phase.ts';
import type { PlannedWindow } from './planned-windows.ts';
import type { DrillPhase } from '../scenario.ts';
import { figure, type Concern, type Obstacle } from './concern.ts';

/** What a tenant sends in a window; undefined where the load does not tell of it. */
export function ofTenant({ perTenant }: PlannedWindow, tenant: string): TenantLoad | undefined {
  return perTenant?.find((one) => one.tenant === tenant);
}

/** An objective on a signal that has no value at all in this window. */
export function valueObstacle({ objective, window, platform, scenario }: Concern): Obstacle | undefined {
  const { signal } = objective;
  const isAPhase = window.part === 'load' || isOfItsOwn(window.part);
  const inA = `in a ${isAPhase ? window.part : `${window.part}-`} window`;
  switch (signal.from) {
    case 'client':
      if (isOfItsOwn(window.part) && !(window.part === 'drill' && isOfWholeDrill(objective))) {
        return drillHasNoWindow(window.part, `the client's ${signal.measure}`);
      }
      if (window.part === 'search') return searchHasNoWindow(`the client's ${signal.measure}`);
      if (window.rate > 0 && signal.tenant !== undefined && ofTenant(window, signal.tenant) === undefined) {
        return {
          expected: `a workload that tells of tenant ${signal.tenant} apart`,
          found:
            window.perTenant === undefined
              ? 'one in which tenants take turns'
              : `one of ${window.perTenant.map(({ tenant }) => tenant).join(', ')}`,
          hint: 'give the load phase `tenants` with a rate for each, or leave `tenant` out of the signal',
        };
      }
      return window.rate > 0
        ? undefined
        : {
            expected: 'a workload that runs under the window',
            found: 'none: nothing is sent by the client',
            hint: 'put a phase of kind "load" before it',
          };
    case 'prometheus':
      if (window.part === 'drill' && isOfAlerts(objective)) return alertsObstacle(signal, window.phase);
      if (isOfItsOwn(window.part)) return drillHasNoWindow(window.part, `Prometheus' ${signal.measure}`);
      if (window.part === 'search') return searchHasNoWindow(`Prometheus' ${signal.measure}`);
      if (signal.measure === 'difference-to-client') return countingObstacle(window, inA);
      return signal.measure !== 'seconds-to-alert' || window.part === 'during' || window.part === 'recovery'
        ? undefined
        : {
            expected: 'a window with a fault before its end, from which the seconds count',
            found: `seconds-to-alert ${inA}, where there is no fault`,
            hint: 'judge it in the during- or recovery-window of an experiment, or in a drill that loses something',
          };
    case 'experiment':
      return window.phase.phase === 'experiment'
        ? undefined
        : {
            expected: 'a window of an experiment',
            found: `${signal.measure} ${inA}`,
            hint: "list it in an experiment's objectives.recovery",
          };
    case 'smoke':
      return scenario.phases.some((phase) => phase.phase === 'smoke')
        ? undefined
        : {
            expected: 'a smoke phase in what is run',
            found: 'none: nothing is checked',
            hint: 'take it out of these objectives: the smoke phase judges it by itself',
          };
    case 'drill':
      return window.part === 'drill'
        ? drillObstacle(signal.measure, window.phase, platform)
        : {
            expected: 'a drill',
            found: `the drill measure ${signal.measure} ${inA}`,
            hint: "list it in a drill's objectives",
          };
    case 'load':
      return signal.measure === 'capacity'
        ? window.part === 'search'
          ? undefined
          : {
              expected: 'a stress test',
              found: `a capacity ${inA}`,
              hint: 'list it in the `result` of a load phase whose shape is of kind stress',
            }
        : settlingObstacle(objective.limit, window, inA);
    case 'limit':
      return window.part === 'limit'
        ? undefined
        : {
            expected: 'a phase that looks at a limit',
            found: `the limit measure ${signal.measure} ${inA}`,
            hint: 'list it in the objectives of a phase of kind limit',
          };
    case 'restore':
      return window.part === 'restore'
        ? restoreObstacle(signal.measure, window.phase)
        : {
            expected: 'a phase that restores a backup',
            found: `the restore measure ${signal.measure} ${inA}`,
            hint: 'list it in the objectives of a restore',
          };
    case 'deployment':
      return window.part === 'deploy'
        ? undefined
        : {
            expected: 'a phase that deploys a version',
            found: `the deployment measure ${signal.measure} ${inA}`,
            hint: 'list it in the objectives.result of a deployment',
          };
    // No file states one: a run judges it where it has looked.
    case 'autoscaler':
    case 'pods':
      return undefined;
  }
}

/** Where something is broken, or the load has just changed, requests get lost that either side has counted. */
function countingObstacle(window: Concern['window'], inA: string): Obstacle | undefined {
  const isSteady = window.part === 'load' || window.part === 'steady';
  return isSteady && window.rate > 0
    ? undefined
    : {
        expected: 'a steady window under load',
        found: `a comparison of client and server ${inA}`,
        hint: "judge it in a load phase, or in an experiment's steady-window",
      };
}

function settlingObstacle(limit: number, window: Concern['window'], inA: string): Obstacle | undefined {
  if (window.part !== 'settling') {
    return {
      expected: 'a spike',
      found: `a time to settle ${inA}`,
      hint: 'list it in the `result` of a load phase whose shape is of kind spike',
    };
  }
  const needed = limit + steadySeconds(window.phase);
  return needed <= window.seconds
    ? undefined
    : {
        expected: `at least ${figure(needed)} s after the spike: the limit, and ${steadySeconds(window.phase)} s to be steady for`,
        found: `${figure(window.seconds)} s`,
        hint: 'make the time after the spike longer',
      };
}

const LEDGER: readonly DrillMeasure[] = ['rpo', 'lost', 'anomalies', 'stale'];
const SESSIONS: readonly DrillMeasure[] = ['dropped-sessions', 'seconds-to-reconnect'];
const DETECTION: readonly DrillMeasure[] = ['detection', 'failover'];

function drillObstacle(
  measure: DrillMeasure,
  { drill }: DrillPhase,
  { ledger, probes }: Platform,
): Obstacle | undefined {
  if (SESSIONS.includes(measure) && probes.every(({ kind }) => kind !== 'sessions')) {
    return {
      expected: 'a probe that keeps sessions',
      found: 'none of kind "sessions" in the platform file',
      hint: 'say in `probes` how a user connects (docs/your-platform.md)',
    };
  }
  if (LEDGER.includes(measure) && ledger === null) {
    return {
      expected: 'a ledger of acknowledged writes',
      found: 'ledger: null in the platform file',
      hint: 'say in the platform file how the ledger writes and reads',
    };
  }
  if (DETECTION.includes(measure) && drill.kind !== 'failover') {
    return {
      expected: 'a failover, in which a fault is there to be detected',
      found: `${measure} in a drill of kind ${drill.kind}`,
      hint: "list it in the failover's objectives",
    };
  }
  return undefined;
}

/** A planned move breaks nothing. */
function alertsObstacle({ measure }: PrometheusSignal, { drill }: DrillPhase): Obstacle | undefined {
  return measure !== 'seconds-to-alert' || 'lose' in drill
    ? undefined
    : {
        expected: 'a drill that loses something, from which the seconds count',
        found: `${measure} in a drill of kind ${drill.kind}`,
        hint: "list it in a failover's objectives",
      };
}

function restoreObstacle(measure: RestoreMeasure, { drill }: RestorePhase): Obstacle | undefined {
  if ((measure === 'archive-delay') !== (drill.kind === 'archiving')) {
    return drill.kind === 'archiving'
      ? {
          expected: 'how soon the log is archived (archive-delay)',
          found: `${measure} where no backup is looked at`,
          hint: 'list it in the objectives of a restore, or judge the archive-delay here',
        }
      : {
          expected: "a look at how the source archives by itself ({ kind: 'archiving' })",
          found: `archive-delay in a restore of kind ${drill.kind}`,
          hint: 'list it in the objectives of such a phase',
        };
  }
  if (measure === 'seconds' && drill.kind === 'backup-freshness') {
    return {
      expected: 'a restore',
      found: 'the time of one where the backup is only looked at',
      hint: 'list it in the objectives of a restore, or judge the backup-age here',
    };
  }
  if (measure === 'schedule-departures' && drill.kind === 'point-in-time') {
    return {
      expected: 'a look at the newest backup, or a restore of it',
      found: 'the schedule of backups in a restore of a moment',
      hint: "list it in the objectives of a phase whose drill is { kind: 'restore' } or { kind: 'backup-freshness' }",
    };
  }
  if (measure !== 'point-in-time-error' || 'markFor' in drill) return undefined;
  return {
    expected: 'a restore at a moment of markers ({ kind: "point-in-time", markFor })',
    found:
      'at' in drill
        ? 'a moment that is past, of which there are no markers'
        : `a restore of kind ${drill.kind}`,
    hint: 'list it in the objectives of such a restore',
  };
}

function searchHasNoWindow(what: string): Obstacle {
  return {
    expected: 'a capacity',
    found: `${what} in the result of a stress test, whose steps each have a rate of their own`,
    hint: 'list it in the objectives of the phase: they say what a rate that is borne has to hold',
  };
}

const ownMeasures = {
  limit: 'departures',
  drill:
    'rto, rpo, detection, failover, lost, anomalies, flaps, stale, writers; what alerts did (alerts-fired, alerts-firing, seconds-to-alert); and checks of journeys (failed-checks)',
  restore: 'seconds, backup-age, archive-delay, point-in-time-error, schedule-departures',
  deploy: 'seconds-to-deploy, seconds-to-roll-back, seconds-to-return',
};

function isOfItsOwn(part: PlannedWindow['part']): part is keyof typeof ownMeasures {
  return Object.hasOwn(ownMeasures, part);
}

function drillHasNoWindow(part: keyof typeof ownMeasures, what: string): Obstacle {
  const own = ownMeasures[part];
  return {
    expected: `a measure of the ${part}'s own`,
    found: `${what} in a ${part}, whose length nobody knows before`,
    hint: `judge it in a load phase or an experiment; of a ${part}: ${own}`,
  };
}
