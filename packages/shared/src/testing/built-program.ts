import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { env, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A program that only tests need, built from a Go module below `tools`. */
export interface BuiltProgram {
  readonly name: string;
  /** Environment variable that names one that is there already. */
  readonly override: string;
  /** Folder of the Go module, below `tools`, and the package that is built. */
  readonly module: string;
  readonly package: string;
  readonly linkerFlags?: string;
}

/** Path of the program: the override, or the one in the tool cache, which is built when it is not there. */
export async function builtProgram(program: BuiltProgram): Promise<string> {
  const override = env[program.override];
  if (override !== undefined && override !== '') return override;
  const cache = join(root, '.cache', 'tools', 'bin');
  const path = join(cache, program.name);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    mkdirSync(cache, { recursive: true });
  }
  // Built beside its place and renamed into it: a build that was cut off leaves no half a program, and of two at once
  // each leaves a whole one.
  const building = join(cache, `.${program.name}.${pid}`);
  const flags = ['-s', '-w', program.linkerFlags ?? ''].join(' ').trim();
  await run('go', ['build', '-trimpath', '-ldflags', flags, '-o', building, program.package], {
    cwd: join(root, 'tools', program.module),
  });
  renameSync(building, path);
  return path;
}
