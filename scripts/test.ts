import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { $, echo } from 'zx';
import { ownArguments } from './arguments.ts';

/*
 * Runs every package's tests (cached by nx: what did not change is not run again), those on a Kubernetes control plane
 * and the end-to-end tests (never cached), and closes with one line that counts them all. `--unit` leaves the last two
 * out; `--cluster` runs those on a control plane alone.
 *
 * Tests that measure time run one after another, as the machine may be small. Beside them, and with what they leave of
 * it, run those that do not. End-to-end tests have the machine to themselves.
 */

/** Of the reason of a failure, so many characters of its beginning and of its end are repeated. */
const KEPT = 200;

const root = join(import.meta.dirname, '..');
const packages = readdirSync(join(root, 'packages'));
const { flags } = ownArguments({ names: [], flags: ['unit', 'cluster'] });
const unitOnly = flags.has('unit');
const clusterOnly = flags.has('cluster');

for (const name of packages)
  rmSync(join(root, 'packages', name, 'test-results'), { recursive: true, force: true });

const kinds = [...(clusterOnly ? [] : ['test']), ...(unitOnly ? [] : ['cluster'])];
let broke = false;
for (const kind of kinds) {
  await Promise.all([runAll([`${kind}:timed`]), besideOthers((under) => runAll([`${kind}:untimed`], under))]);
}
if (!unitOnly && !clusterOnly) await runAll(['e2e']);

const counts = packages.flatMap(resultsOf);
// Once more at the end: what is above it is thousands of lines, and is often cut where it is kept.
for (const one of counts.flatMap(({ failures }) => failures)) echo(`FAILED ${one}`);
const sum = (of: 'passed' | 'failed' | 'skipped'): number =>
  counts.reduce((total, one) => total + one[of], 0);
// A runner that broke without a failing test is a failure all the same.
const failed = broke ? Math.max(sum('failed'), 1) : sum('failed');
const skipped = sum('skipped');
echo(`${sum('passed')} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exit(failed === 0 && sum('passed') > 0 ? 0 : 1);

/**
 * Lets tests run beside others: behind a command that gives them what the others leave of the machine, and a temporary
 * folder of their own, as an emergency stop and the one run at a time on a platform are agreed on there.
 */
async function besideOthers(runs: (under: readonly string[]) => Promise<void>): Promise<void> {
  // Paths of sockets are short.
  const folder = mkdtempSync(join(tmpdir(), 'o-'));
  // Databases work in it as a user of their own.
  chmodSync(folder, 0o1777);
  await runs(['nice', '-n', '10', 'env', `TMPDIR=${folder}`]);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    console.error(`${folder} cannot be removed:`, error);
  }
}

/**
 * Runs targets of all packages that have them, one after another. Never throws: what cannot even be started is a failure,
 * and counted.
 */
async function runAll(all: readonly string[], under: readonly string[] = []): Promise<void> {
  for (const target of all) {
    try {
      const run = $({ cwd: root, stdio: 'inherit' })`${under} nx run-many -t ${target} --parallel=1`;
      // Waited for also when something has failed before.
      const { exitCode } = await run.nothrow();
      broke ||= exitCode !== 0;
    } catch (error) {
      console.error(error);
      broke = true;
    }
  }
}

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed: its package, file and name, and why. */
  readonly failures: readonly string[];
}

function resultsOf(name: string): readonly Count[] {
  const folder = join(root, 'packages', name, 'test-results');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      try {
        return countIn(name, readFileSync(join(folder, file), 'utf8'));
      } catch (error) {
        console.error(`${join(folder, file)} cannot be read:`, error);
        return { passed: 0, failed: 1, skipped: 0, failures: [`${join(folder, file)}: cannot be read`] };
      }
    });
}

function countIn(packageName: string, text: string): Count {
  const result = JSON.parse(text) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numFailedTestSuites: number;
    readonly numPendingTests: number;
    readonly testResults: readonly {
      readonly name: string;
      readonly status: string;
      /** Why the file itself could not be run. */
      readonly message: string;
      readonly assertionResults: readonly {
        readonly fullName: string;
        readonly status: string;
        readonly failureMessages: readonly string[];
      }[];
    }[];
  };
  // A test file that cannot even be loaded has no failed test, only a failed suite.
  return {
    passed: result.numPassedTests,
    failed: Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0),
    skipped: result.numPendingTests,
    failures: result.testResults
      .filter(({ status }) => status === 'failed')
      .flatMap(({ name, message, assertionResults }) => {
        const broken = assertionResults.filter(({ status }) => status === 'failed');
        const where = `${packageName} ${relative(join(root, 'packages', packageName), name)}`;
        return broken.length === 0
          ? [`${where}: the file itself${reasonIn(message)}`]
          : broken.map(
              ({ fullName, failureMessages: [first = ''] }) => `${where}: ${fullName}${reasonIn(first)}`,
            );
      }),
  };
}

/** What a test said when it failed, on a line of its own: without colours and the stack, as the end alone is often kept. */
function reasonIn(message: string): string {
  const words = stripVTControlCharacters(message)
    .split(/\n\s+at /u, 1)
    .join('')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  if (words === '') return '';
  return `\n  ${words.length > 2 * KEPT ? `${words.slice(0, KEPT)} … ${words.slice(-KEPT)}` : words}`;
}
