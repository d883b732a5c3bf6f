import type { Finding } from '../../objectives/finding.ts';
import { STALE_SECONDS, type Checked } from '../autoscaler/decision.ts';
import { decisionsOf } from '../autoscaler/decisions.ts';
import { differencesOf, nameOfTarget } from '../autoscaler/differences.ts';
import type { AutoscalerWatch, SampleSeen } from '../autoscaler/watch.ts';
import { findingOf, type Doubt, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';

/** So many of a kind are told. */
const TOLD = 4;

/** Judges whether an autoscaler is what is promised of it, and whether its decisions follow from its own figures. */
export function judgeAutoscaler(
  assignment: Assignment,
  autoscaler: string,
  { autoscalers = [] }: Observations,
): Finding {
  const watch = autoscalers.find((one) => one.autoscaler === autoscaler && one.phase === assignment.window);
  return findingOf(
    assignment,
    { signal: 'what an autoscaler does otherwise than promised, or than its own figures ask for' },
    watch === undefined
      ? { kind: 'nothing', reason: 'not-run', sentence: 'Nobody watched it: its phase was not run.' }
      : measure(watch),
  );
}

function measure(watch: AutoscalerWatch): Measurement {
  const { promised, samples } = watch;
  const where = `HorizontalPodAutoscaler ${promised.namespace}/${promised.name}`;
  const looks = samples.filter((sample): sample is SampleSeen => sample.kind === 'seen');
  if (looks.length === 0) return unseen(watch, where);

  const checks = decisionsOf(looks).map(({ checked }) => checked);
  const differences = new Set(looks.flatMap(({ seen }) => differencesOf(promised, seen)));
  const saying = (outcome: 'departs' | 'open' | 'untold'): ReadonlySet<string> =>
    new Set(checks.flatMap((one) => (one.outcome === outcome ? [one.sentence] : [])));
  const departs = saying('departs');
  const open = saying('open');
  const told = checks.filter(({ outcome }) => outcome !== 'untold');
  const certain = differences.size + departs.size;
  const untold = said('Nothing can be said where', [...saying('untold')]);
  if (certain === 0 && told.length === 0) {
    return {
      kind: 'nothing',
      reason: 'too-few-samples',
      sentence: `Of ${where}: ${untold ?? 'it was not seen'}`,
    };
  }
  const doubt = doubtOf(watch, looks, told);
  return {
    kind: 'measured',
    value: { low: certain, high: certain + open.size },
    samples: Math.max(told.length, certain),
    violations: Infinity,
    finer:
      'Which pods have the metric would decide it; of cpu and memory the right to list pods of metrics.k8s.io tells it.',
    ...(doubt === undefined ? {} : { doubt }),
    note: [
      `${where}: ${looks.length} looks saw ${checks.length} states of it, of which ${told.length} could be checked.`,
      said('Otherwise than promised:', [...differences]),
      said('Otherwise than by its figures:', [...departs]),
      said('Not certain:', [...open]),
      certain + open.size === 0 ? figures(looks) : undefined,
      told.length === checks.length ? undefined : untold,
    ]
      .filter((one) => one !== undefined)
      .join(' '),
  };
}

function unseen({ samples, broke }: AutoscalerWatch, where: string): Measurement {
  if (broke !== null) {
    return { kind: 'nothing', reason: 'observer-broke', sentence: `${where} was not looked at: ${broke}.` };
  }
  const unread = samples.findLast((sample) => sample.kind === 'unread');
  if (unread !== undefined) {
    return {
      kind: 'nothing',
      reason: 'query-failed',
      sentence: `${where} could not be read: ${unread.reason}.`,
    };
  }
  return {
    kind: 'nothing',
    reason: 'no-samples',
    sentence: samples.length === 0 ? `${where} was never looked at.` : `There is no ${where}.`,
  };
}

/** Why a watch that saw nothing wrong is no pass. */
function doubtOf(
  { samples, broke, promised }: AutoscalerWatch,
  looks: readonly SampleSeen[],
  told: readonly Checked[],
): Doubt | undefined {
  if (broke !== null) {
    return { reason: 'observer-broke', sentence: `It was not looked at to the end: ${broke}.` };
  }
  if (samples.some(({ kind }) => kind === 'absent')) {
    return { reason: 'no-samples', sentence: 'It was not there all the time.' };
  }
  const oldest = Math.max(...looks.map(({ seen }) => seen.ageSeconds ?? Infinity));
  if (oldest > STALE_SECONDS) {
    const age = Number.isFinite(oldest) ? `${Math.round(oldest)} s` : 'it is not known how long';
    return {
      reason: 'stale',
      sentence: `Its status did not change for ${age}: whether anything decided by then is not known.`,
    };
  }
  const valued = new Set(told.flatMap(({ metrics }) => metrics));
  const without = promised.targets.map(nameOfTarget).filter((name) => !valued.has(name));
  if (without.length === 0) return undefined;
  return { reason: 'no-samples', sentence: `It never had a value of ${without.join(', ')} to decide by.` };
}

/** What it was seen to do. */
function figures(looks: readonly SampleSeen[]): string {
  const wanted = looks.flatMap(({ seen }) => seen.desired ?? []);
  const limited = looks.filter(({ seen }) =>
    seen.conditions.some(({ type, status }) => type === 'ScalingLimited' && status === 'True'),
  ).length;
  return `It wanted ${Math.min(...wanted)} to ${Math.max(...wanted)} replicas${limited === 0 ? '' : `, and was limited in ${limited} looks`}.`;
}

function said(what: string, list: readonly string[]): string | undefined {
  if (list.length === 0) return undefined;
  const more = list.length > TOLD ? `; and ${list.length - TOLD} more` : '';
  return `${what} ${list.slice(0, TOLD).join('; ')}${more}.`;
}
