import type { DrillRecord } from '../../record/record.ts';
import type { Measurement } from '../decide.ts';

/** RTO, detection and failover of a drill, as intervals of seconds, against a limit. */
export function drillTimes(
  drill: DrillRecord,
  measure: 'rto' | 'detection' | 'failover',
  limit: number,
): Measurement {
  if (measure === 'rto') return recovery(drill, limit);
  const { detected, routed } = drill.decomposition;
  if (detected === undefined) return unseen('detected');
  if (measure === 'detection') {
    return { kind: 'measured', value: detected, samples: 1 };
  }
  if (routed === undefined) return unseen('routed');
  const waited = waitedBetween(drill, 'detect', 'route');
  return {
    kind: 'measured',
    value: {
      low: Math.max(0, routed.low - detected.high - waited),
      high: Math.max(0, routed.high - detected.low - waited),
    },
    samples: 1,
    ...(waited === 0 ? {} : { note: `Besides, it waited ${waited.toFixed(1)} s for a person.` }),
  };
}

/** Seconds for which a person was waited for behind one step and up to the end of another: how long somebody takes to decide is not the platform's time. */
function waitedBetween({ steps }: DrillRecord, from: string, to: string): number {
  const index = (name: string): number => steps.findIndex((step) => step.name === name);
  if (index(from) === -1 || index(to) === -1) return 0;
  return steps
    .slice(index(from) + 1, index(to) + 1)
    .reduce((sum, { waitedOnHuman }) => sum + waitedOnHuman, 0);
}

function recovery(
  { rto, failed, stoppedAfter, outages, secondWitness }: DrillRecord,
  limit: number,
): Measurement {
  // Streams are told of from the moment of the fault on: without any, it never came to it.
  if (outages.length === 0 && failed !== undefined) {
    const sentence = `The drill ended before its fault or its planned start, so no recovery was measured: ${failed}.`;
    return { kind: 'nothing', reason: 'not-run', sentence };
  }
  const wasStopped = stoppedAfter !== undefined;
  const unrecovered = rto.high === null || (failed !== undefined && !wasStopped);
  const givenUpAfter = stoppedAfter ?? rto.givenUpAfter ?? Infinity;
  // The drill has failed; of a promise that reaches further nobody knows. Of one that was stopped what clients saw tells:
  // they may have been well again by then, although that was not confirmed yet.
  const mayHold = rto.high === null && (wasStopped ? rto.low <= limit : givenUpAfter < limit);
  const notes = [
    ...(failed === undefined ? [] : [`The drill failed: ${failed}.`]),
    ...(secondWitness.agrees === false
      ? [`The second witness does not agree: ${secondWitness.detail}.`]
      : []),
  ];
  return {
    kind: 'measured',
    value: { low: rto.low, high: unrecovered ? Infinity : (rto.high ?? Infinity) },
    samples: outages.reduce((sum, { attempts }) => sum + attempts, 0),
    violations: Infinity,
    // Ended without it is a failure, and never a number.
    ...(unrecovered && !mayHold ? { decision: 'violated' as const } : {}),
    ...(mayHold
      ? {
          finer: wasStopped
            ? `It was stopped after ${Number(givenUpAfter.toFixed(1))} s: one that comes to its end would decide it.`
            : `A drill whose deadline is ${limit} s, and not ${givenUpAfter} s, would decide it.`,
        }
      : {}),
    // Clients were well again, and what came behind that was not seen.
    ...(wasStopped && rto.high !== null
      ? {
          doubt: {
            reason: 'not-run' as const,
            sentence: `The drill was stopped before it had come to its end: ${failed ?? 'by whom is not known'}.`,
          },
        }
      : {}),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}

function unseen(milestone: string): Measurement {
  return {
    kind: 'nothing',
    reason: 'no-samples',
    sentence: `The drill never saw the milestone "${milestone}".`,
  };
}
