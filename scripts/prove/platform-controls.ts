import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { $, echo } from 'zx';
import type { JournalEntry } from '../../packages/shared/src/timeline/event.ts';
import { newestRecord, newestRun, ordeal, root, workplace, type Ended } from '../ordeal.ts';
import { cameToNothing, whatWasSaid, type Evidence } from './control-found.ts';
import { NOT_FOUND, pageOf, type Shown } from './control-page.ts';
import { controls, type Control } from './controls.ts';
import { platforms } from './platforms.ts';

const page = join(root, 'docs', 'negative-controls.md');
const MOST_ATTEMPTS = 3;
const verdicts: Readonly<Record<number, string>> = {
  1: 'fail',
  2: 'inconclusive',
  3: 'refused',
  4: 'residue left',
};
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
  const { platform, sabotage, run, finds } = control;
  const lab = ['--lab', '--lab-name', `control-${process.pid}`, '--sabotage', ...sabotage.split(' ')];
  let ended = await ordeal(cwd, ...run, '--platform', platform, ...lab);
  let evidence = evidenceOf(cwd);
  // On a busy machine a platform may not be steady enough to be drilled: that says nothing of the sabotage.
  for (
    let again = 1;
    again < MOST_ATTEMPTS && red(ended) && evidence !== undefined && cameToNothing(evidence, finds);
    again += 1
  ) {
    ended = await ordeal(cwd, ...run, '--platform', platform, ...lab);
    evidence = evidenceOf(cwd);
  }
  const left = (newestRecord(cwd)?.residue ?? []).map(({ what, where }) => `${what} (${where})`);
  const said =
    evidence !== undefined && red(ended) && isLeft(control, left) ? whatWasSaid(evidence, finds) : undefined;
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

function evidenceOf(cwd: string): Evidence | undefined {
  const record = newestRecord(cwd);
  if (record === undefined) return undefined;
  const journal = readFileSync(join(newestRun(cwd) ?? '', 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);
  return { record, journal };
}

function red({ code }: Ended): boolean {
  return code !== null && verdicts[code] !== undefined;
}
