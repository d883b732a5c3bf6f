import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { $, echo } from 'zx';

/*
 * Runs every package's tests (cached by nx: what did not change is not run again), then those on a Kubernetes control
 * plane and the end-to-end tests (never cached), and closes with one line that counts them all. `--unit` leaves the
 * last two out; `--cluster` runs those on a control plane alone.
 */

/** These compute, and measure nothing: they run beside the others, and take only what those leave of the machine. */
const COMPUTING = ['@ordeal/shared', '@ordeal/smoke'];
/** What the others start measures time: one package after another, as the machine may be small. */
const ONE_BY_ONE = ['--parallel=1'];

const root = join(import.meta.dirname, '..');
const packages = readdirSync(join(root, 'packages'));
const unitOnly = process.argv.includes('--unit');
const clusterOnly = process.argv.includes('--cluster');

for (const name of packages)
  rmSync(join(root, 'packages', name, 'test-results'), { recursive: true, force: true });

let broke = false;
if (!clusterOnly) {
  await Promise.all([
    run(['test', '--exclude', COMPUTING.join(','), ...ONE_BY_ONE]),
    run(['test', '--projects', COMPUTING.join(',')], ['nice', '-n', '10']),
  ]);
}
if (!unitOnly) await run(['test:cluster', ...ONE_BY_ONE]);
if (!unitOnly && !clusterOnly) await run(['e2e', ...ONE_BY_ONE]);

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

/** Runs a target of packages. Never throws: what cannot even be started is a failure, and counted. */
async function run(target: readonly string[], under: readonly string[] = []): Promise<void> {
  try {
    const ended = await $({ cwd: root, stdio: 'inherit' })`${under} nx run-many -t ${target}`.nothrow();
    broke ||= ended.exitCode !== 0;
  } catch (error) {
    console.error(error);
    broke = true;
  }
}

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed: its package, file and name. */
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
      readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
    }[];
  };
  // A test file that cannot even be loaded has no failed test, only a failed suite.
  return {
    passed: result.numPassedTests,
    failed: Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0),
    skipped: result.numPendingTests,
    failures: result.testResults
      .filter(({ status }) => status === 'failed')
      .flatMap(({ name, assertionResults }) => {
        const broken = assertionResults.filter(({ status }) => status === 'failed');
        const where = `${packageName} ${relative(join(root, 'packages', packageName), name)}`;
        return broken.length === 0
          ? [`${where}: the file itself`]
          : broken.map(({ fullName }) => `${where}: ${fullName}`);
      }),
  };
}
