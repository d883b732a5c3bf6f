import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { versionIn, type Version } from '@ordeal/shared/toolchain/version';
import { components } from '@ordeal/shared/toolchain/components';

const run = promisify(execFile);

/** How one version of k6 is told what every version is asked to do. */
export interface K6Dialect {
  readonly version: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Asks a k6 which one it is. Rejects when the program does not run, is no k6, or is older than what bundles are
 * tested on. A build with extensions (xk6) says the version of the k6 that it is built on.
 */
export async function askK6(program: string): Promise<K6Dialect> {
  let said: string;
  try {
    // An xk6-ts build would look for a script in these arguments.
    said = (await run(program, ['version'], { timeout: 10_000, env: { XK6_TS: 'false' } })).stdout;
  } catch (error) {
    throw new Error(`k6 could not be started at ${program}: set K6_BIN, or see \`ordeal doctor\``, {
      cause: error,
    });
  }
  const component = components.find(({ name }) => name === 'k6');
  const version = component === undefined ? undefined : versionIn(component, said);
  if (version === undefined) {
    throw new Error(
      `${program} is not k6: expected \`k6 version\` to say "k6 v…", found ${JSON.stringify(said.trim().slice(0, 80))}; set K6_BIN`,
    );
  }
  if (version.tooOld !== undefined) {
    throw new Error(`k6 at ${program} ${version.tooOld}: set K6_BIN to a newer one, or unset it`);
  }
  return dialectOf(version);
}

/** From version 2.1 on native histograms are a feature to be named; before, a variable of the output. */
export function dialectOf({ text, parts: [major = 0, minor = 0] }: Version): K6Dialect {
  return major > 2 || (major === 2 && minor >= 1)
    ? { version: text, flags: ['--features=native-histograms'], env: {} }
    : { version: text, flags: [], env: { K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: 'true' } };
}
