import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { $, echo } from 'zx';

/*
 * Runs every package's tests (cached by nx: what did not change is not run again), then those on a Kubernetes control
 * plane and the end-to-end tests (never cached), and closes with one line that counts them all. `--unit` leaves the
 * last two out; `--cluster` runs those on a control plane alone.
 */

const root = join(import.meta.dirname, '..');
const packages = readdirSync(join(root, 'packages'));
const unitOnly = process.argv.includes('--unit');
const clusterOnly = process.argv.includes('--cluster');

for (const name of packages)
  rmSync(join(root, 'packages', name, 'test-results'), { recursive: true, force: true });

// One package at a time: several of them measure time, and the machine may be small.
const targets = clusterOnly ? ['test:cluster'] : unitOnly ? ['test'] : ['test', 'test:cluster', 'e2e'];
let broke = false;
for (const target of targets) {
  const ended = await $({ cwd: root, stdio: 'inherit' })`nx run-many -t ${target} --parallel=1`.nothrow();
  broke ||= ended.exitCode !== 0;
}

const counts = packages.flatMap(resultsOf);
const passed = counts.reduce((sum, one) => sum + one.passed, 0);
const failed = counts.reduce((sum, one) => sum + one.failed, 0);
// A runner that broke without a failing test is a failure all the same.
const shownFailed = broke ? Math.max(failed, 1) : failed;
echo(`${passed} passed, ${shownFailed} failed`);
process.exit(shownFailed === 0 && passed > 0 ? 0 : 1);

interface Count {
  readonly passed: number;
  readonly failed: number;
}

function resultsOf(name: string): readonly Count[] {
  const folder = join(root, 'packages', name, 'test-results');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const result = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        readonly numPassedTests: number;
        readonly numFailedTests: number;
        readonly numFailedTestSuites: number;
      };
      // A test file that cannot even be loaded has no failed test, only a failed suite.
      return {
        passed: result.numPassedTests,
        failed: Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0),
      };
    });
}
