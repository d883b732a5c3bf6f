// What `npm start`, `npm test` and their like run. Plain JavaScript without dependencies: it must work in a
// fresh clone, and on the Node that the machine happens to have. It installs what package-lock.json says, sets
// up the programs that are missing, and hands over to the project's own Node 24.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInPlace } from '../packages/cli/bin/run-in-place.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Each verb: programs that run after the set-up, one after the other. */
const verbs = {
  setup: [],
  start: [['packages/cli/bin/ordeal.js', 'gameday', '--platform', 'agentic-platform', '--lab']],
  test: [['scripts/test.ts']],
  prove: [['scripts/prove.ts']],
  bench: [['scripts/bench.ts']],
};

const [verb = '', ...rest] = process.argv.slice(2);
if (!(verb in verbs)) {
  fail(`Unknown verb "${verb}". There are: ${Object.keys(verbs).join(', ')}.`, 64);
}
const major = Number(process.versions.node.split('.')[0]);
if (major < 20)
  fail(`Node ${process.versions.node} is too old to install the project: use Node 20 or newer.`, 64);

installDependencies();
const forTests = verb === 'test' || verb === 'prove' ? ['--tests'] : [];
const steps = [['scripts/setup.ts', ...(verb === 'setup' ? rest : forTests)]];
for (const program of verbs[verb]) steps.push([...program, ...rest]);
for (const step of steps) {
  const code = await run(step);
  if (code !== 0) process.exit(code);
}

/** Runs `npm ci` unless node_modules already holds what the lock file says. */
function installDependencies() {
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci) …');
  // On Windows npm is a script that only a shell can start.
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    fail('npm ci failed: see above. Is the package registry reachable? (`npm ping`)', 70);
  }
  const works = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (works.status !== 0) {
    fail(
      `npm ci left no working Node 24 at ${node}. Its install script must be allowed to run: ` +
        'is `ignore-scripts` set (`npm config get ignore-scripts`)? Remove node_modules and try again.',
      70,
    );
  }
}

/** Compares npm's own list of what it installed with the lock file, package by package. */
function isInstalled() {
  const installedList = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList) || !existsSync(node)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedList, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional === true || entry.peer === true) return true;
    const there = installed[path];
    return there !== undefined && there.version === entry.version;
  });
}

/** Runs one program on the project's Node. */
async function run([program, ...args]) {
  const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}` };
  return runInPlace(node, [join(root, program), ...args], { cwd: root, env });
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
