import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { $, echo } from 'zx';
import type { Finding } from '../../packages/shared/src/objectives/finding.ts';
import type { JournalEntry } from '../../packages/shared/src/timeline/event.ts';
import { newestRecord, newestRun, ordeal, root, workplace, type Ended } from '../ordeal.ts';
import { controls, type Control } from './controls.ts';
import { platforms } from './platforms.ts';

const page = join(root, 'docs', 'negative-controls.md');
const NOT_FOUND = 'not found';
const MOST_ATTEMPTS = 3;
const verdicts: Readonly<Record<number, string>> = { 1: 'fail', 2: 'inconclusive', 4: 'residue left' };
const HEAD = `# Negative controls

A suite that is always green proves nothing. Each row is a lab that was made to misbehave in one way, the shortest command that has to notice, and what it said. \`npx ordeal lab up --platform <name> --sabotage <sabotage>\` makes the same lab, to try it by hand; \`npm run prove -- platform-controls\` runs all of them, and writes this page.`;

interface Shown {
  readonly control: Control;
  readonly verdict: string;
  /** What was said, in a line; undefined when the control was not found. */
  readonly finding: string | undefined;
}

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
    const parts = partsOf(existsSync(page) ? readFileSync(page, 'utf8') : '');
    writeFileSync(page, pageOf({ ...parts, [platform]: partOf(own, parts[platform] ?? '', shown) }));
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
  const said = red(ended) ? whatWasSaid(cwd, control) : undefined;
  if (said === undefined) {
    echo(`${ended.output.split('\n').slice(-25).join('\n')}\n  evidence: ${cwd}`);
    return { control, verdict: `exit code ${ended.code}`, finding: undefined };
  }
  rmSync(cwd, { recursive: true, force: true });
  return { control, verdict: verdicts[ended.code ?? 0] ?? '', finding: said };
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

/** Parts of the page as it is, by their platform. */
function partsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(/^## /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end).trim(), part.slice(end).trim()];
      }),
  );
}

function pageOf(parts: Readonly<Record<string, string>>): string {
  const known = platforms.flatMap((platform) =>
    parts[platform] === undefined ? [] : [`## ${platform}\n\n${parts[platform]}`],
  );
  return `${[HEAD, ...known].join('\n\n')}\n`;
}

/** The rows of a platform: those that were shown just now, and of the others what the page said before. */
function partOf(own: readonly Control[], before: string, shown: readonly Shown[]): string {
  const lines = before.split('\n');
  const rows = own.flatMap(({ sabotage, run }) => {
    const now = shown.find((one) => one.control.sabotage === sabotage);
    if (now === undefined) return lines.filter((line) => line.startsWith(`| \`${sabotage}\` `));
    const { verdict, finding } = now;
    const said = (finding ?? NOT_FOUND).replaceAll('|', '\\|').replaceAll('\n', ' ');
    return [`| \`${sabotage}\` | \`ordeal ${run.join(' ')}\` | ${verdict} | ${said.slice(0, 260)} |`];
  });
  return ['| sabotage | command | verdict | what was found |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
