import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { $, chalk, echo, type ProcessPromise } from 'zx';
import { locateAll } from '../packages/shared/src/toolchain/find.ts';
import type { Component } from '../packages/shared/src/toolchain/components.ts';

/*
 * Installs the programs that are missing, where that is possible, and otherwise says exactly what to install,
 * all of it at once. Does nothing, quickly, when everything is there.
 */

const root = join(import.meta.dirname, '..');
const cacheDir = join(root, '.cache', 'tools', 'bin');

const missing = findMissing();
if (missing.length > 0) {
  const blocked = await install(missing);
  const still = findMissing();
  if (still.length > 0) {
    explain(still, blocked);
    process.exit(64);
  }
}

function findMissing(): readonly Component[] {
  const located = locateAll({ env: process.env, cacheDir });
  return located.filter((one) => !one.found).map((one) => one.component);
}

/** Installs what can be installed; returns why the rest could not be, by component. */
async function install(components: readonly Component[]): Promise<ReadonlyMap<string, string>> {
  // Somebody has said where these are, and they are not there: installing others would not be used.
  const misplaced = components.filter((component) => (process.env[component.override] ?? '') !== '');
  const wanted = components.filter((component) => !misplaced.includes(component));
  const packages = wanted.flatMap((component) => component.debian ?? []);
  const modules = wanted.filter((component) => component.go !== undefined);
  if (wanted.length > 0) echo(`Setting up: ${wanted.map((component) => component.name).join(', ')}`);
  const [apt, go] = await Promise.all([installPackages(packages), buildModules(modules)]);
  const wrong = misplaced.map((component): [string, string] => [
    component.name,
    `${component.override} is set to ${process.env[component.override]}, where it is not: correct or unset it`,
  ]);
  return new Map([...wrong, ...apt, ...go]);
}

async function installPackages(packages: readonly string[]): Promise<[string, string][]> {
  if (packages.length === 0) return [];
  const failed = (reason: string): [string, string][] => packages.map((name) => [name, reason]);
  if (!(await works($`apt-get --version`))) return failed('this machine has no apt-get');
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (prefix.length > 0 && !(await works($`sudo -n true`))) {
    return failed('you are neither root nor allowed to use sudo without a password');
  }
  // DPkg::Lock::Timeout: another apt run on the machine may be under way.
  const apt = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  const update = await $`${apt} update`.quiet().nothrow();
  const result = await $`${apt} install -y --no-install-recommends ${packages}`.quiet().nothrow();
  if (result.exitCode === 0) {
    echo(`  installed with apt: ${packages.join(', ')}`);
    return [];
  }
  const output = update.exitCode === 0 ? result.stderr : `${update.stderr}\n${result.stderr}`;
  return failed(`apt-get failed: ${lastLines(output)}`);
}

async function buildModules(modules: readonly Component[]): Promise<[string, string][]> {
  if (modules.length === 0) return [];
  if (!(await works($`go version`)))
    return modules.map((component) => [component.name, 'there is no Go on PATH']);
  mkdirSync(cacheDir, { recursive: true });
  const failures: [string, string][] = [];
  for (const component of modules) {
    const program = component.programs[0] ?? component.name;
    // Built beside its place and renamed into it, so that a build that was cut off leaves no half a program.
    const building = join(cacheDir, `.${program}.${process.pid}`);
    const started = Date.now();
    const result = await $({
      cwd: join(root, 'tools'),
    })`go build -trimpath -ldflags ${`-s -w ${component.goLinkerFlags ?? ''}`} -o ${building} ${component.go ?? ''}`
      .quiet()
      .nothrow();
    if (result.exitCode === 0) {
      renameSync(building, join(cacheDir, program));
      echo(`  built ${component.name} in ${Math.round((Date.now() - started) / 1000)} s`);
    } else {
      rmSync(building, { force: true });
      failures.push([component.name, `go build failed: ${lastLines(result.stderr)}`]);
    }
  }
  return failures;
}

function explain(components: readonly Component[], reasons: ReadonlyMap<string, string>): void {
  const lines = components.map((component) => {
    const reason = reasons.get(component.name) ?? reasons.get(component.debian ?? '') ?? 'still not found';
    return `  ${component.name.padEnd(18)} ${reason}\n${' '.repeat(21)}needed for ${component.neededFor}; or set ${component.override}`;
  });
  const debian = components.flatMap((component) => component.debian ?? []);
  const homebrew = components.flatMap((component) => component.homebrew ?? []);
  const go = components.filter((component) => component.go !== undefined);
  console.error(chalk.bold('These programs are missing:\n') + lines.join('\n'));
  console.error('\nInstall them:');
  if (debian.length > 0) console.error(`  Debian, Ubuntu:  sudo apt-get install ${debian.join(' ')}`);
  if (homebrew.length > 0) console.error(`  macOS:           brew install ${homebrew.join(' ')}`);
  if (go.length > 0) console.error('  Go 1.26 or newer (https://go.dev/dl), then run `npm run setup` again');
  console.error('\nThen run the same command again. `npx ordeal doctor` shows what was found.');
}

async function works(command: ProcessPromise): Promise<boolean> {
  return (await command.quiet().nothrow()).exitCode === 0;
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ');
}
