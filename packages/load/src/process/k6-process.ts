import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@ordeal/shared/time/clock';
import { keepLog } from './k6-log.ts';
import type { K6Dialect } from './k6-version.ts';
import { openSecrets } from './secret-source.ts';

export interface K6Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** k6 at work. */
export interface K6Process {
  readonly pid: number;
  /** Resolves when it is gone and its log is written. */
  readonly exited: Promise<K6Exit>;
  /** The first errors that it logged. */
  errors(): readonly string[];
  /** Ends it, cutting iterations off: SIGTERM, SIGTERM again, SIGKILL. Resolves when it is gone. */
  terminate(clock: Clock): Promise<K6Exit>;
}

/** Time for teardown and the last push, then for a second signal to work, in ms. */
const PATIENCE_MS = [12_000, 2_000] as const;

const flags = [
  '--quiet',
  '--no-usage-report',
  '--log-format=json',
  // With a summary or thresholds k6 keeps some 170 bytes of every request.
  '--summary-mode=disabled',
  '--no-thresholds',
  '--include-system-env-vars=false',
  // No REST interface; k6 v1 would open one on a fixed port.
  '--address=',
  '--out=experimental-prometheus-rw',
];

/** Where k6 finds its secrets: behind the three usual streams. */
const SECRETS = 3;

/** What k6 is started with. */
export interface K6Start {
  /** The program. */
  readonly k6: string;
  readonly dialect: K6Dialect;
  readonly script: string;
  readonly writeUrl: string;
  /** k6's own directory. */
  readonly dir: string;
  /** Directory that paths in the script are relative to. Default: one within its own. */
  readonly scriptDir?: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** File of certificates (PEM) that are trusted besides those that the machine trusts. */
  readonly certificates?: string | undefined;
  /** Told once of each thing that the script warns of. */
  readonly onWarning: (message: string) => void;
}

/**
 * Starts k6 on a script, which it reads from its standard input, so that what the script holds (the platform's
 * headers) is neither in a file nor in the list of processes; its secrets come from a file without a name. Home and
 * temporary directory are its own within `dir`, and its environment holds nothing but what is named here: an inherited setting
 * would change the load.
 */
export async function startK6(start: K6Start): Promise<K6Process> {
  const { k6, dialect, script, writeUrl, dir } = start;
  const home = join(dir, 'home');
  mkdirSync(home, { recursive: true });
  const secrets = openSecrets(start.secrets, home);
  const source = secrets === undefined ? [] : [`--secret-source=file=/dev/fd/${SECRETS}`];
  // The script comes last: a k6 with xk6-ts takes the last argument for it.
  const child = spawn(k6, ['run', ...flags, ...dialect.flags, ...source, '-'], {
    cwd: start.scriptDir ?? home,
    env: {
      HOME: home,
      TMPDIR: home,
      // The script is bundled already.
      XK6_TS: 'false',
      K6_PROMETHEUS_RW_SERVER_URL: writeUrl,
      K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
      // The push of stale markers brings the histograms' last state.
      K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
      // Go looks into the machine's folders of certificates all the same.
      ...(start.certificates === undefined ? {} : { SSL_CERT_FILE: start.certificates }),
      ...dialect.env,
    },
    stdio: ['pipe', 'ignore', 'pipe', secrets ?? 'ignore'],
    // In a session of its own, or Ctrl-C in a terminal would cut its iterations off.
    detached: true,
  });
  if (secrets !== undefined) closeSync(secrets);
  const stderr = child.stderr as Readable;
  const stdin = child.stdin as Writable;
  const log = keepLog(stderr, join(dir, 'k6.log'), start.onWarning);
  // k6 may end before it has read the script; how it ended then says why.
  stdin.on('error', () => {});
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  try {
    await once(child, 'spawn');
  } catch (error) {
    await closed.catch(() => undefined);
    throw new Error(`k6 could not be started at ${k6}: set K6_BIN, or see \`ordeal doctor\``, {
      cause: error,
    });
  }
  stdin.end(script);
  const exited = closed.then(async ([code, signal]) => {
    await log.written;
    return { code, signal };
  });

  return {
    pid: child.pid as number,
    exited,
    errors: log.errors,
    async terminate(clock) {
      for (const patience of PATIENCE_MS) {
        child.kill('SIGTERM');
        const exit = await within(exited, patience, clock);
        if (exit !== undefined) return exit;
      }
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** What the promise resolves with, or undefined when it has not within `ms`. */
export async function within<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([promise, clock.sleep(ms, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}
