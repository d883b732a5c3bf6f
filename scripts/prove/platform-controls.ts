import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { $, echo } from 'zx';
import type { Finding } from '../../packages/shared/src/objectives/finding.ts';
import type { JournalEntry } from '../../packages/shared/src/timeline/event.ts';
import { newestRecord, newestRun, ordeal, root, workplace, type Ended } from '../ordeal.ts';
import { NOT_FOUND, pageOf, type Shown } from './control-page.ts';
import { controls, type Control } from './controls.ts';
import { platforms } from './platforms.ts';

const page = join(root, 'docs', 'negative-controls.md');
const MOST_ATTEMPTS = 3;
const verdicts: Readonly<Record<number, string>> = { 1: 'fail', 2: 'inconclusive', 4: 'residue left' };
/**
 * Sabotages the lab in each way that is typical of a platform, and looks whether the suite turns red and names it.
 * Writes the page that is documented. `ORDEAL_PROVE_PLATFORM` and
 * `ORDEAL_PROVE_SABOTAGES` (with commas) pick some, and write their rows of the page.
 */
export async function provePlatformControls(): Promise<boolean> {
  const only = process.env['ORDEAL_PROVE_PLATFORM'];
  const picked = process.env['ORDEAL_PROVE_SABOTAGES']?.split(',');
  let held = true;
  for (const platform of platforms.filter((one) => only === undefined || one === only)) {
    const shown: Shown[] = [];
    const own = controls.filter((one) => one.platform === platform);
    for (const control of own.filter(({ sabotage }) => picked?.includes(sabotage) ?? true)) {
      const one = await show(control);
      shown.push(one);
      echo(`  ${platform} × ${control.sabotage}: ${one.verdict}; ${one.finding ?? NOT_FOUND}`);
    }
    held &&= shown.every(({ finding }) => finding !== undefined);
    writeFileSync(page, pageOf(controls, existsSync(page) ? readFileSync(page, 'utf8') : '', shown));
    await $({ cwd: root })`prettier --write ${page}`;
  }
  return held;
}

async function show(control: Control): Promise<Shown> {
  const cwd = workplace();
  const { platform, sabotage, run } = control;
  const lab = ['--lab', '--lab-name', `control-${process.pid}`, '--sabotage', sabotage];
  let ended = await ordeal(cwd, ...run, '--platform', platform, ...lab);
  // On a busy machine a platform may not be steady enough to be drilled: that says nothing of the sabotage.
  for (let again = 1; again < MOST_ATTEMPTS && red(ended) && cameToNothing(cwd, control); again += 1) {
    ended = await ordeal(cwd, ...run, '--platform', platform, ...lab);
  }
  const left = (newestRecord(cwd)?.residue ?? []).map(({ what, where }) => `${what} (${where})`);
  const said = red(ended) && isLeft(control, left) ? whatWasSaid(cwd, control) : undefined;
  if (said === undefined) {
    echo(`${ended.output.split('\n').slice(-25).join('\n')}\n  evidence: ${cwd}`);
    return { control, verdict: `exit code ${ended.code}`, finding: undefined, left };
  }
  rmSync(cwd, { recursive: true, force: true });
  return { control, verdict: verdicts[ended.code ?? 0] ?? '', finding: said, left };
}

/** Whether that is left which the sabotage leaves, and nothing else: a run that ends with residue is red whatever it found. */
function isLeft({ leaves = [], mayLeave = [] }: Control, left: readonly string[]): boolean {
  return (
    leaves.every((name) => left.some((one) => one.includes(name))) &&
    left.every((one) => [...leaves, ...mayLeave].some((name) => one.includes(name)))
  );
}

/** Whether something was not run, and what is looked for not proven all the same: what is broken may keep the rest from it. */
function cameToNothing(cwd: string, { finds }: Control): boolean {
  const findings = newestRecord(cwd)?.findings ?? [];
  return (
    findings.some(isNotRun) &&
    !findings.some(({ objective, outcome }) => objective === finds && outcome === 'fail')
  );
}

/** The finding of that name that is no pass, the reason of the verdict that names it, or the check that did not hold. */
function whatWasSaid(cwd: string, { finds }: Control): string | undefined {
  const record = newestRecord(cwd);
  if (record === undefined) return undefined;
  const { findings, verdict } = record;
  const missed = findings.filter(
    (one) => one.objective === finds && one.severity === 'must' && one.outcome !== 'pass' && !isNotRun(one),
  );
  const finding = missed.find(({ outcome }) => outcome === 'fail') ?? missed[0];
  if (finding !== undefined) return inWords(finding);
  if (findings.some((one) => one.objective === finds && isNotRun(one))) return undefined;
  const reason = verdict.reasons.find((one) => one.includes(finds));
  if (reason !== undefined) return reason;
  return readFileSync(join(newestRun(cwd) ?? '', 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry)
    .flatMap((entry) => (entry.type === 'check' && !entry.held ? [`${entry.name}: ${entry.detail}`] : []))
    .find((check) => check.slice(0, check.indexOf(':')).includes(finds));
}

function red({ code }: Ended): boolean {
  return code !== null && verdicts[code] !== undefined;
}

function isNotRun({ reason }: Finding): boolean {
  return reason === 'not-run';
}

function inWords({
  objective,
  window,
  outcome,
  value,
  comparator,
  limit,
  unit,
  explanation,
}: Finding): string {
  const figure =
    value === null
      ? (explanation ?? 'no value')
      : `${rounded(value.low)}–${value.high === null ? '∞' : rounded(value.high)} ${unit}, and ${comparator} ${limit} was promised`;
  return `${objective} in ${window}: ${outcome}, ${figure}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
