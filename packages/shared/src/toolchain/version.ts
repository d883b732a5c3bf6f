import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Located } from './find.ts';

const run = promisify(execFile);

/** Version of a program that was found, as it says itself; undefined when it does not run or says none. */
export async function versionOf(located: Located): Promise<string | undefined> {
  if (!located.found) return undefined;
  try {
    const { stdout, stderr } = await run(located.path, [...located.component.versionArguments], {
      timeout: 10_000,
    });
    return located.component.version.exec(`${stdout}\n${stderr}`)?.[1];
  } catch {
    return undefined;
  }
}
