import type {
  ExperimentFaultRecord,
  ExperimentRecord,
  RunRecord,
  WindowRecord,
} from '../../record/record.ts';
import {
  abortInWords,
  allTargetsInWords,
  notBackInWords,
  repetitionInWords,
  severalFaults,
  targetsInWords,
} from '../experiment-words.ts';
import { count, quantity, secondsBetween, timeOfDay } from '../figures.ts';
import { type Markup, markup } from '../markup.ts';
import { dataTable } from './table.ts';
import { toned } from './tone.ts';

/** Each experiment: what was broken, the proof that it was, the windows, the way back. */
export function experimentsSection(record: RunRecord): Markup | null {
  if (record.experiments.length === 0) return null;
  return markup`<section class="sheet"><h2>Experiments</h2>${record.experiments.map((each) => experimentUnit(record, each))}</section>`;
}

function experimentUnit(record: RunRecord, experiment: ExperimentRecord): Markup {
  const windows = record.windows.filter((window) => window.phase === experiment.name);
  const several = severalFaults(experiment);
  const aborted =
    experiment.aborted === undefined
      ? null
      : markup`<dt>Aborted</dt><dd class="wrap">${toned('unknown', 'aborted:')} ${abortInWords(experiment)}</dd>`;
  const repetition = repetitionInWords(experiment);
  // With several faults each has its own targets, times and proof.
  const soft = several.length > 0 ? null : markup` <span class="soft">${experiment.witness}</span>`;
  return markup`<div class="unit"><h3 class="wrap">${experiment.name}</h3><div class="two"><dl class="facts">${repetition === '' ? null : markup`<dt>Repetition</dt><dd>${repetition}</dd>`}<dt>${several.length > 0 ? 'Faults' : 'Fault'}</dt><dd class="wrap">${experiment.fault}</dd>
${several.length > 0 ? null : markup`<dt>Targets</dt><dd class="wrap">${allTargetsInWords(experiment)}</dd>`}
<dt>In and out</dt><dd class="wrap">${inAndOut(experiment)}</dd>
<dt>Effect</dt><dd class="wrap">${effect(experiment)}${soft}</dd>
<dt>Recovery</dt><dd class="wrap">${recovery(experiment)} <span class="soft">${notBackInWords(experiment)}</span></dd>${aborted}</dl><div>${windowTable(record, windows)}</div></div>${faultTable(several)}</div>`;
}

function faultTable(faults: readonly ExperimentFaultRecord[]): Markup | null {
  if (faults.length === 0) return null;
  return dataTable(
    'Its faults, in the order of their injection',
    [{ heading: 'Fault' }, { heading: 'Targets' }, { heading: 'In and out' }, { heading: 'Effect' }],
    faults.map((fault) => [
      fault.fault,
      targetsInWords(fault.targets),
      inAndOut(fault),
      markup`${effect(fault)} <span class="soft">${fault.witness}</span>`,
    ]),
  );
}

function inAndOut(experiment: ExperimentFaultRecord | ExperimentRecord): Markup {
  const { injectedAt, healedAt } = experiment;
  if (injectedAt === null) return markup`${toned('unknown', 'not injected')}${whyNot(experiment)}`;
  if (healedAt === null) return markup`in at ${timeOfDay(injectedAt)} UTC, ${toned('fail', 'not healed')}`;
  return markup`in at ${timeOfDay(injectedAt)} UTC, out at ${timeOfDay(healedAt)}, after ${quantity(secondsBetween(injectedAt, healedAt), 's')}`;
}

function whyNot(experiment: ExperimentFaultRecord | ExperimentRecord): string {
  if (!('notInjected' in experiment)) return '';
  return `: ${experiment.notInjected ?? 'no reason was given'}`;
}

function effect(experiment: Pick<ExperimentRecord, 'effective'>): Markup {
  if (experiment.effective === null) return toned('unknown', 'not tried.');
  return experiment.effective ? toned('pass', 'seen.') : toned('fail', 'none was seen: it proves nothing.');
}

function recovery(experiment: ExperimentRecord): Markup {
  if (experiment.injectedAt === null) return markup`${'–'}`;
  if (experiment.recoverySeconds === null) return toned('fail', 'not steady again');
  return toned('pass', `steady again ${quantity(experiment.recoverySeconds, 's')} after healing`);
}

function windowTable(record: RunRecord, windows: readonly WindowRecord[]): Markup {
  if (windows.length === 0) return markup`<p class="note">No window was closed.</p>`;
  return dataTable(
    'Windows; times are UTC',
    [
      { heading: 'Window' },
      { heading: 'From', align: 'right' },
      { heading: 'Length', align: 'right' },
      { heading: 'Findings', align: 'right' },
    ],
    windows.map((window) => [
      window.name,
      timeOfDay(window.from),
      quantity((window.monotonicTo - window.monotonicFrom) / 1000, 's'),
      standing(record, window),
    ]),
  );
}

function standing(record: RunRecord, window: WindowRecord): Markup {
  const findings = record.findings.filter((finding) => finding.window === window.name);
  const failed = findings.filter((finding) => finding.outcome === 'fail').length;
  const unknown = findings.filter((finding) => finding.outcome === 'inconclusive').length;
  if (findings.length === 0) return markup`<span class="soft">none</span>`;
  if (failed > 0) return toned('fail', `${count(failed)} of ${count(findings.length)} fail`);
  if (unknown > 0) return toned('unknown', `${count(unknown)} of ${count(findings.length)} inconclusive`);
  return toned('pass', `${count(findings.length)} pass`);
}
