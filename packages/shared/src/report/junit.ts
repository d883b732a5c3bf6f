import type { Finding } from '../objectives/finding.ts';
import type { ExperimentRecord, RunRecord } from '../record/record.ts';
import { notRunInWords } from '../scenario/not-run.ts';
import { severalFaults } from './experiment-words.ts';
import { secondsBetween } from './figures.ts';
import { type Markup, markup } from './markup.ts';
import { byWindow } from './order.ts';
import { oneLine } from './text.ts';
import {
  claimInWords,
  findingInWords,
  boundInWords,
  reasonInWords,
  VERDICT_MEANINGS,
  VERDICT_WORDS,
} from './words.ts';

type Outcome =
  { readonly is: 'passed' } | { readonly is: 'failure' | 'error' | 'skipped'; readonly message: string };

interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  readonly text: string;
}

interface Suite {
  readonly name: string;
  readonly timestamp: string;
  readonly seconds: number;
  readonly cases: readonly Case[];
}

/**
 * The record as JUnit XML: a suite a window, a case a finding. A proven violation is a failure, what could not be
 * decided an error, a `should` objective that does not hold is skipped with its message, so that it never fails a
 * pipeline. The last suite carries the verdict itself: the file is never green when the exit code is not 0.
 */
export function renderJunit(record: RunRecord): string {
  const suites = [
    ...windowSuites(record),
    experimentSuite(record),
    notRunSuite(record),
    residueSuite(record),
    verdictSuite(record),
  ].filter((suite) => suite.cases.length > 0);
  const cases = suites.flatMap((suite) => suite.cases);
  const seconds = secondsBetween(record.run.startedAt, record.run.finishedAt);
  const body = markup`<testsuites name="${attribute(`ordeal ${record.run.kind} on ${record.run.platform}`)}"${tallies(cases)} time="${time(seconds)}">
${suites.map((suite) => renderSuite(record, suite))}</testsuites>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body.source}`;
}

function windowSuites(record: RunRecord): readonly Suite[] {
  return byWindow(record).map(({ window, findings }) => {
    const known = record.windows.find((each) => each.name === window);
    return {
      name: window,
      timestamp: known?.from ?? record.run.startedAt,
      seconds: known ? (known.monotonicTo - known.monotonicFrom) / 1000 : 0,
      cases: findings.map((finding) => ({
        name: `${finding.objective}: ${finding.signal} ${boundInWords(finding)}`,
        outcome: outcomeOf(finding),
        text: detailsOf(finding),
      })),
    };
  });
}

function outcomeOf(finding: Finding): Outcome {
  if (finding.outcome === 'pass') return { is: 'passed' };
  const message = findingInWords(finding);
  if (finding.severity === 'should')
    return { is: 'skipped', message: `should (${finding.outcome}): ${message}` };
  return { is: finding.outcome === 'fail' ? 'failure' : 'error', message };
}

function detailsOf(finding: Finding): string {
  return [
    findingInWords(finding),
    finding.explanation,
    finding.wouldDecide,
    claimInWords(finding),
    finding.query === undefined ? undefined : `query: ${finding.query}`,
    finding.source === undefined ? undefined : `source of the limit: ${finding.source}`,
  ]
    .filter((line) => line !== undefined && line !== '')
    .join('\n');
}

function experimentSuite(record: RunRecord): Suite {
  return {
    name: 'experiments',
    timestamp: record.run.startedAt,
    seconds: 0,
    cases: record.experiments.flatMap((experiment) => {
      const { name, notInjected = 'no reason was given' } = experiment;
      const several = severalFaults(experiment);
      if (several.length === 0 || experiment.injectedAt === null) {
        return [effectCase(`${name}: the fault has an effect`, experiment, notInjected)];
      }
      return several.map((fault) =>
        effectCase(`${name}: ${fault.fault} has an effect`, fault, 'the experiment ended before'),
      );
    }),
  };
}

function effectCase(
  name: string,
  seen: Pick<ExperimentRecord, 'injectedAt' | 'effective' | 'witness'>,
  notInjected: string,
): Case {
  const text = `witness: ${seen.witness}`;
  if (seen.injectedAt === null) {
    return { name, outcome: { is: 'failure', message: `not injected: ${notInjected}` }, text };
  }
  if (seen.effective !== true) {
    const message = `ineffective: ${reasonInWords('ineffective')}`;
    return { name, outcome: { is: 'failure', message }, text };
  }
  return { name, outcome: { is: 'passed' }, text };
}

/** As a gap that a pipeline shows: neither green nor red. */
function notRunSuite(record: RunRecord): Suite {
  return {
    name: 'not run',
    timestamp: record.run.startedAt,
    seconds: 0,
    cases: (record.notRun ?? []).map((phase) => ({
      name: `${phase.name}: ${phase.title}`,
      outcome: { is: 'skipped', message: notRunInWords(phase) },
      text: '',
    })),
  };
}

function residueSuite(record: RunRecord): Suite {
  return {
    name: 'residue',
    timestamp: record.run.finishedAt,
    seconds: 0,
    cases: record.residue.map((residue) => ({
      name: `${residue.what} at ${residue.where}`,
      outcome: { is: 'failure', message: `left behind: ${residue.what} at ${residue.where}` },
      text: `to remove it: ${residue.how}`,
    })),
  };
}

function verdictSuite(record: RunRecord): Suite {
  const { outcome, exitCode, reasons } = record.verdict;
  const text = [`exit code ${exitCode}`, ...reasons].join('\n');
  const message = reasons[0] ?? VERDICT_MEANINGS[outcome];
  const cases: Case[] = [{ name: 'verdict', outcome: verdictOutcome(record, message), text }];
  if (record.findings.length === 0) {
    const nothing = 'no finding: nothing was judged, which is never a pass';
    cases.unshift({ name: 'findings', outcome: { is: 'error', message: nothing }, text: '' });
  }
  return { name: 'verdict', timestamp: record.run.finishedAt, seconds: 0, cases };
}

function verdictOutcome(record: RunRecord, message: string): Outcome {
  const { outcome, exitCode } = record.verdict;
  const said = `${VERDICT_WORDS[outcome]}: ${message}`;
  if (outcome === 'fail' || outcome === 'residue') return { is: 'failure', message: said };
  return outcome === 'pass' && exitCode === 0 ? { is: 'passed' } : { is: 'error', message: said };
}

function renderSuite(record: RunRecord, suite: Suite): Markup {
  const classname = attribute(`${record.run.platform}.${record.run.scenario}.${suite.name}`);
  const cases = suite.cases.map((each) => renderCase(each, classname, record.run.kind));
  return markup`  <testsuite name="${attribute(suite.name)}"${tallies(suite.cases)} time="${time(suite.seconds)}" timestamp="${attribute(suite.timestamp)}">
${cases}  </testsuite>
`;
}

function renderCase(each: Case, classname: string, kind: string): Markup {
  const head = markup`    <testcase name="${attribute(each.name)}" classname="${classname}" time="0">`;
  const output = each.text === '' ? null : markup`<system-out>${each.text}</system-out>`;
  switch (each.outcome.is) {
    case 'passed':
      return markup`${head}${output}</testcase>\n`;
    case 'skipped':
      return markup`${head}<skipped message="${attribute(each.outcome.message)}"/>${output}</testcase>\n`;
    case 'failure':
      return markup`${head}<failure type="${kind}" message="${attribute(each.outcome.message)}">${each.text}</failure></testcase>\n`;
    case 'error':
      return markup`${head}<error type="${kind}" message="${attribute(each.outcome.message)}">${each.text}</error></testcase>\n`;
  }
}

function tallies(cases: readonly Case[]): Markup {
  const of = (is: Outcome['is']): number => cases.filter((each) => each.outcome.is === is).length;
  return markup` tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

// An attribute's line feeds would be read back as spaces; make them so at once.
function attribute(text: string): string {
  return oneLine(text);
}

function time(seconds: number): string {
  return Number.isFinite(seconds) ? Math.max(0, seconds).toFixed(3) : '0.000';
}
