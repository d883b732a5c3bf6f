import type { Finding } from '../objectives/finding.ts';
import { notRunInWords, type NotRunPhase } from '../scenario/not-run.ts';
import type {
  DeploymentRecord,
  DrillRecord,
  ExperimentRecord,
  ResidueRecord,
  RestoreRecord,
  Verdict,
} from '../record/record.ts';

/** How a run came to its end, apart from what was measured. */
export type RunEnd =
  /** `refused`: phases that were left out because a guardrail forbade them, after others had been run. */
  | { readonly how: 'finished'; readonly refused?: readonly string[] }
  /** A guardrail forbade it. */
  | { readonly how: 'refused'; readonly reasons: readonly string[] }
  /** It could not have been judged, and was not begun. */
  | { readonly how: 'blind'; readonly reasons: readonly string[] }
  /** It was ended before it was over: what it was allowed was used up, or was taken from it. */
  | { readonly how: 'cut-short'; readonly reason: string }
  /** 130 for SIGINT, 143 for SIGTERM. */
  | { readonly how: 'interrupted'; readonly exitCode: number; readonly reason: string }
  /** The suite itself broke. */
  | { readonly how: 'broken'; readonly reason: string };

/** How long drills took and what they have lost while no objective on them says whether that is allowed, a sentence each. */
export interface UnjudgedTargets {
  /** More than the drill itself allows: its targets; and of writes nothing where the primary is moved as planned. */
  readonly failures: readonly string[];
  /** What may be more than that: a time that reaches over its target; a loss whose beginning the ledger did not see. */
  readonly doubts: readonly string[];
}

/** All that a verdict follows from. */
export interface VerdictInput {
  readonly findings: readonly Finding[];
  readonly experiments: readonly ExperimentRecord[];
  readonly drills: readonly DrillRecord[];
  readonly unjudged?: UnjudgedTargets;
  readonly restores?: readonly RestoreRecord[];
  readonly deployments?: readonly DeploymentRecord[];
  /** Checks of the smoke gate, where no objective of the platform judges them. */
  readonly smoke?: { readonly total: number; readonly failures: readonly string[] };
  readonly residue: readonly ResidueRecord[];
  /** Phases that were not run where the platform is. They never change the outcome, and are never left unsaid. */
  readonly notRun?: readonly NotRunPhase[];
  readonly end: RunEnd;
}

/**
 * The worst of everything: residue 4, then interrupted (its own code), refused 3, broken 70, fail 1, refused in part 3, inconclusive 2,
 * pass 0. Reasons begin with those that decided. Objectives that are only `should` never change the code; a run in
 * which no `must` objective was judged is inconclusive.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { end, notRun = [] } = input;
  const residue = input.residue.map(({ what, where, how }) => `residue: ${what} at ${where} (${how})`);
  const failures = failuresOf(input);
  const doubts = doubtsOf(input);
  const ranked: readonly (readonly [Verdict['outcome'], number, readonly string[]])[] = [
    ['residue', 4, residue],
    [
      'interrupted',
      end.how === 'interrupted' ? end.exitCode : 0,
      end.how === 'interrupted' ? [`interrupted: ${end.reason}`] : [],
    ],
    ['refused', 3, end.how === 'refused' ? reasons('refused', end.reasons) : []],
    ['broken', 70, end.how === 'broken' ? [`the suite itself broke: ${end.reason}`] : []],
    ['fail', 1, failures],
    // Of a part of the run only: what has failed before it stays a failure.
    ['refused', 3, end.how === 'finished' ? (end.refused ?? []).map((reason) => `refused: ${reason}`) : []],
    ['inconclusive', 2, doubts],
  ];
  const worst = ranked.find(([, , said]) => said.length > 0);
  const all = [...ranked.flatMap(([, , said]) => said), ...notRun.map(notRunInWords)];
  if (worst === undefined) return { outcome: 'pass', exitCode: 0, reasons: passed(input) };
  return { outcome: worst[0], exitCode: worst[1], reasons: all };
}

function failuresOf({
  findings,
  experiments,
  drills,
  unjudged,
  restores = [],
  deployments = [],
  smoke,
}: VerdictInput): readonly string[] {
  const failed = findings.filter(({ severity, outcome }) => severity === 'must' && outcome === 'fail');
  return [
    ...failed.map(missed),
    ...experiments.flatMap((experiment) => failuresOfExperiment(experiment, failed)),
    ...drills.flatMap(failuresOfDrill),
    ...(unjudged?.failures ?? []),
    ...restores.flatMap(whyFailed),
    ...deployments.flatMap(failuresOfDeployment),
    ...failuresOfSmoke(smoke),
  ];
}

/** What a fault took out of service and nobody saw come back was not borne, also where no objective asks for it. */
function failuresOfExperiment(
  { name, witnessesBack }: ExperimentRecord,
  failed: readonly Finding[],
): readonly string[] {
  if (witnessesBack?.outcome !== 'not back') return [];
  const { detail } = witnessesBack;
  return failed.some(({ explanation = '' }) => explanation.includes(detail))
    ? []
    : [`${name} failed: ${detail}`];
}

/** Two writers are a failure of their own: that a drill was given up early as well takes nothing away from it. */
function failuresOfDrill(drill: DrillRecord): readonly string[] {
  const { name, writers } = drill;
  const failed = whyFailed(drill);
  if (writers?.outcome !== 'proven' || failed.some((why) => why.includes(writers.detail))) return failed;
  return [`${name} failed: two writers at once: ${writers.detail}`, ...failed];
}

function whyFailed(one: DrillRecord | RestoreRecord): readonly string[] {
  if (one.failed === undefined || endedEarly(one) !== undefined) return [];
  return [`${one.name} failed: ${one.failed}`];
}

/** Why nobody knows whether a drill or a restore would have come to its end in the time that it is given; undefined: it is known. */
function endedEarly(one: DrillRecord | RestoreRecord): string | undefined {
  const { givenUpAfter = Infinity } = 'rto' in one ? one.rto : one.seconds;
  const within = 'rto' in one ? one.rto.target : (one.targets?.rto ?? 0);
  if (one.failed === undefined) return undefined;
  if (one.stoppedAfter !== undefined) {
    return `${one.name} was stopped before it had come to its end: ${one.failed}`;
  }
  if (givenUpAfter >= within) return undefined;
  return `${one.name} was given up after ${figure(givenUpAfter)} s, and it has ${within} s: ${one.failed}`;
}

/** A gate that does not hold is no pass, also where nobody has made an objective of it. */
function failuresOfSmoke(smoke: VerdictInput['smoke']): readonly string[] {
  if (smoke === undefined || smoke.failures.length === 0) return [];
  return [`the smoke gate failed (${smoke.total} checks): ${smoke.failures.join('; ')}`];
}

/** What the run had to end itself the platform has not borne, whatever its objectives say of it. */
function failuresOfDeployment({ name, to, outcome, because, stuck }: DeploymentRecord): readonly string[] {
  const why = because ?? 'no reason was given';
  return [
    ...(outcome === 'unfinished'
      ? [`${name} failed: ${to} did not come out, and was not taken back: ${why}`]
      : []),
    ...(stuck === undefined ? [] : [`${name} failed: ${stuck}`]),
  ];
}

function doubtsOf({
  findings,
  experiments,
  drills,
  unjudged,
  restores = [],
  deployments = [],
  end,
}: VerdictInput): readonly string[] {
  const must = findings.filter(({ severity }) => severity === 'must');
  return [
    ...(end.how === 'blind' ? reasons('not begun', end.reasons) : []),
    ...(end.how === 'cut-short' ? [`cut short: ${end.reason}`] : []),
    ...must
      .filter(({ outcome }) => outcome === 'inconclusive')
      .map((finding) => `${place(finding)} is inconclusive: ${whyOpen(finding)}`),
    ...experiments.flatMap(doubtsOfExperiment),
    ...drills.flatMap(doubtsOfDrill),
    ...(unjudged?.doubts ?? []),
    ...[...drills, ...restores].flatMap((one) => endedEarly(one) ?? []),
    ...deployments.flatMap(doubtsOfDeployment),
    ...(must.length === 0 ? ['no objective that must hold was judged'] : []),
  ];
}

function doubtsOfExperiment(experiment: ExperimentRecord): readonly string[] {
  const { name, injectedAt, notInjected, effective, witness, witnessesBack, aborted } = experiment;
  if (injectedAt === null || notInjected !== undefined) {
    return [`${name} was not injected: ${notInjected ?? 'no reason was given'}`];
  }
  return [
    ...(effective === true ? [] : [`${name} is ineffective: ${witness}`]),
    ...(witnessesBack?.outcome === 'not told' ? [`${name}: ${witnessesBack.detail}`] : []),
    ...(aborted === undefined ? [] : [`${name} was aborted: ${aborted}`]),
  ];
}

/** Whether or not an objective asks for it: nothing that a drill measures is worth two writers. */
function doubtsOfDrill({ name, writers }: DrillRecord): readonly string[] {
  return writers?.outcome === 'not excluded'
    ? [`${name}: that two nodes took writes at once is not excluded: ${writers.detail}`]
    : [];
}

function doubtsOfDeployment({ name, to, outcome, because }: DeploymentRecord): readonly string[] {
  const why = because ?? 'no reason was given';
  if (outcome === 'not-begun') return [`${name}: ${to} was not deployed: ${why}`];
  return outcome === 'cut-short' ? [`${name} was cut short: ${why}`] : [];
}

function passed({ findings, notRun = [] }: VerdictInput): readonly string[] {
  const must = findings.filter(({ severity }) => severity === 'must').length;
  const warnings = findings
    .filter(({ severity, outcome }) => severity === 'should' && outcome !== 'pass')
    .map((finding) =>
      finding.outcome === 'fail'
        ? `warning: ${missed(finding)}`
        : `warning: ${place(finding)} is inconclusive: ${whyOpen(finding)}`,
    );
  return notRun.length === 0
    ? [`all ${must} objectives that must hold do`, ...warnings]
    : [`all ${must} objectives that must hold and were judged do`, ...notRun.map(notRunInWords), ...warnings];
}

function reasons(what: string, list: readonly string[]): readonly string[] {
  return list.length === 0 ? [what] : list.map((reason) => `${what}: ${reason}`);
}

/** A number alone does not say what is to be done: a count of departures, for instance, is told with what these are. */
function missed(finding: Finding): string {
  const { explanation } = finding;
  return `${place(finding)} is ${range(finding)}, not ${wanted(finding)}${explanation === undefined ? '' : `: ${explanation}`}`;
}

function place({ objective, window }: Finding): string {
  return `${objective} (${window})`;
}

function wanted({ comparator, limit, unit }: Finding): string {
  return `${comparator} ${limit} ${unit}`;
}

function whyOpen({ explanation, wouldDecide, reason }: Finding): string {
  return [explanation ?? reason, wouldDecide].filter((part) => part !== undefined).join(' ');
}

function range({ value, unit }: Finding): string {
  if (value === null) return 'without a value';
  const { low, high } = value;
  if (high === null) return `at least ${figure(low)} ${unit}`;
  return `${low === high ? figure(low) : `${figure(low)} to ${figure(high)}`} ${unit}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
