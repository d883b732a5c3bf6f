import type { DrillRecord, RunRecord } from '../record/record.ts';
import { deploymentInWords } from './deployment-words.ts';
import { count, counted, interval, quantity, timeOfDay } from './figures.ts';
import { limitRecordInWords } from './limit-words.ts';
import { loadResultParts } from './load-words.ts';
import { deciding } from './order.ts';
import { restoreInWords } from './restore-words.ts';
import { lossInWords } from './words.ts';

/** The run in one sentence: what happened, how long clients suffered, what was lost. */
export function headline(record: RunRecord): string {
  return `${headlineParts(record).join('; ')}.`;
}

/** The same, part by part: drills, experiments, loads, findings. */
export function headlineParts(record: RunRecord): readonly string[] {
  return [
    ...record.drills.map((drill) => drillSentence(record, drill)),
    ...(record.restores ?? []).map((restore) => `${restore.name}: ${restoreInWords(restore)}`),
    ...(record.deployments ?? []).map((one) => `${one.name}: ${deploymentInWords(one)}`),
    ...(record.limits ?? []).map((one) => `${one.name}: ${limitRecordInWords(one)}`),
    ...experimentParts(record),
    ...loadParts(record),
    ...loadResultParts(record),
    findingsPart(record),
    ...(record.residue.length > 0 ? [`${counted(record.residue.length, 'thing')} left behind`] : []),
  ];
}

/** `region-lost (failover) from 02:00:27.412: recovered after 5.1–5.4 s; clients were failing for …; 0 of … lost`. */
export function drillSentence(record: RunRecord, drill: DrillRecord): string {
  const began = beginningOf(record, drill);
  const name = drill.name === drill.kind ? drill.name : `${drill.name} (${drill.kind})`;
  return [
    `${name}${began === undefined ? '' : ` at ${timeOfDay(began)} UTC`}: ${recoveryInWords(drill)}`,
    outageInWords(drill),
    lossInWords(drill.rpo),
  ].join('; ');
}

/** Whether it ended before its fault, or its planned start: of recovery nothing can be said then. */
export function isUnmeasured({ rto, outages }: DrillRecord): boolean {
  // Streams are told of from the moment of the fault on.
  return rto.high === null && outages.length === 0;
}

export function recoveryInWords(drill: DrillRecord): string {
  if (isUnmeasured(drill)) return 'no recovery was measured';
  return drill.rto.high === null
    ? `not recovered (certainly not for ${quantity(drill.rto.low, 's')})`
    : `recovered after ${interval(drill.rto, 's', drill.rto.target)}`;
}

/** The longest outage that any probe stream saw. */
export function outageInWords(drill: DrillRecord): string {
  if (drill.outages.length === 0) return 'clients were not watched';
  const worst = worstOutage(drill);
  if (worst === null) return 'clients saw no outage';
  if (worst.high === null) return `clients were failing for ${interval(worst, 's')} and it did not end`;
  return `clients were failing for ${interval(worst, 's')}`;
}

function worstOutage(drill: DrillRecord): { readonly low: number; readonly high: number | null } | null {
  let worst: { readonly low: number; readonly high: number | null } | null = null;
  for (const { outage } of drill.outages) {
    if (outage === null) continue;
    if (worst === null || (outage.high ?? Infinity) > (worst.high ?? Infinity)) worst = outage;
  }
  return worst;
}

// The drill's window opens with the fault, or with the planned start.
function beginningOf(record: RunRecord, drill: DrillRecord): string | undefined {
  const windows = record.windows.filter((window) => window.phase === drill.name);
  return windows.toSorted((left, right) => left.monotonicFrom - right.monotonicFrom)[0]?.from;
}

function experimentParts(record: RunRecord): readonly string[] {
  return record.experiments.map((experiment) => {
    if (experiment.injectedAt === null) return `${experiment.name}: not injected`;
    if (experiment.effective !== true) return `${experiment.name}: no effect was seen`;
    if (experiment.recoverySeconds === null) return `${experiment.name}: not steady again`;
    return `${experiment.name}: steady again ${quantity(experiment.recoverySeconds, 's')} after healing`;
  });
}

// A failed share of the whole load says little where faults were in; the windows judge those.
function loadParts(record: RunRecord): readonly string[] {
  return record.loads.map(
    (load) =>
      `${load.workload}: ${count(load.requests)} requests, p95 ${quantity(load.latencyMs.p95, 'ms')}${load.validity.valid ? '' : ', load not valid'}`,
  );
}

function findingsPart(record: RunRecord): string {
  if (record.findings.length === 0) return 'nothing was judged';
  const bad = deciding(record.findings);
  const all = counted(record.findings.length, 'finding');
  if (bad.length === 0) {
    const warnings = record.findings.filter((finding) => finding.outcome !== 'pass').length;
    return warnings === 0
      ? `${all}, all passed`
      : `${all}, ${count(warnings)} of them a warning, the others passed`;
  }
  const failed = bad.filter((finding) => finding.outcome === 'fail').length;
  return `${all}, ${count(failed)} failed and ${count(bad.length - failed)} inconclusive`;
}
