import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { $, echo, type ProcessPromise } from 'zx';
import type { Component } from '../../packages/shared/src/toolchain/components.ts';

const root = join(import.meta.dirname, '..', '..');

/** Where the programs are that the project built for itself. */
export const cacheDir = join(root, '.cache', 'tools', 'bin');

/** Installs what can be installed; returns why the rest could not be, by component. */
export async function install(components: readonly Component[]): Promise<ReadonlyMap<string, string>> {
  // Somebody has said where these are, and they are not there: installing others would not be used.
  const misplaced = components.filter((component) => (process.env[component.override] ?? '') !== '');
  const wanted = components.filter((component) => !misplaced.includes(component));
  const packages = wanted.flatMap((component) => component.debian?.split(' ') ?? []);
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
      cwd: join(root, 'tools', component.goModule ?? ''),
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

async function works(command: ProcessPromise): Promise<boolean> {
  return (await command.quiet().nothrow()).exitCode === 0;
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' | ');
}
