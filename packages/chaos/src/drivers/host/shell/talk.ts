import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Host } from './host.ts';

/** Begins every line that a script says; what else a login prints is passed over. */
export const SAYS = '@ordeal';

/** One line of a script: its first word and its fields, and when it was heard (monotonic ms). */
export interface Said {
  readonly at: number;
  readonly word: string;
  readonly fields: readonly string[];
}

/** The host has looked, and will not do it: nothing was changed. */
export class HostRefusal extends Error {}

export interface Conversation {
  /** Environment variable that the script and everything it starts carries. */
  readonly mark?: Readonly<Record<string, string>>;
  /**
   * The word with which the script asks whether to go on, and what hears of it, with all that was said before.
   * The answer is `go`; when `asked` throws the script is not answered, ends by itself, and the talk rejects with
   * what was thrown.
   */
  readonly asks?: { readonly word: string; readonly asked: (said: readonly Said[]) => void };
  /** Whether an aborted signal ends the script, or only the waiting for it. */
  readonly onAbort?: 'end-it' | 'leave-it';
}

const TAIL = 400;
/** What comes after the program's end, from what it left running, is waited for no longer than this. */
const OUTPUT_AFTER_EXIT_MS = 200;

/**
 * Runs a script with the host's `sh`, sent over its standard input, and gives what it said. The input stays open
 * while a script that asks is at work: when this process dies, the script reads its end and does not go on.
 *
 * Rejects with `HostRefusal` when the script refuses, and with a sentence when it breaks, when the host cannot be
 * reached or the signal is aborted.
 */
export function talk(
  host: Host,
  script: string,
  { clock, signal }: Pick<DriverContext, 'clock' | 'signal'>,
  { mark = {}, asks, onAbort = 'end-it' }: Conversation = {},
): Promise<readonly Said[]> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const marks = Object.entries(mark).map(([name, value]) => `${name}=${value}`);
    const [program, ...args] = host.command(
      marks.length === 0 ? ['sh', '-s'] : ['env', ...marks, 'sh', '-s'],
    );
    // In a session of its own: what ends this process's group must not cut a script short.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const heard: Said[] = [];
    let rest = '';
    let vetoed: { readonly error: unknown } | undefined;
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      child.unref();
      settle();
    };
    const aborted = (): void => {
      if (onAbort === 'end-it') child.kill('SIGKILL');
      finish(() => reject(signal.reason));
    };
    signal.addEventListener('abort', aborted, { once: true });
    child.once('error', (error) => {
      finish(() => reject(new Error(`${program} could not be run: ${error.message}`, { cause: error })));
    });

    child.stdin.on('error', () => undefined);
    child.stdin.write(`${script}\n`);
    if (asks === undefined) child.stdin.end();
    child.stderr.on('data', (data: Buffer) => {
      rest = `${rest}${data.toString()}`.slice(-TAIL);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [says, word = '', ...fields] = line.split('\t');
      if (says !== SAYS) {
        rest = `${rest}${line}\n`.slice(-TAIL);
        return;
      }
      if (word === asks?.word) {
        try {
          asks.asked(heard);
          child.stdin.end('go\n');
        } catch (error) {
          vetoed = { error };
          child.stdin.end();
        }
      }
      heard.push({ at: clock.now(), word, fields });
    });

    child.once('exit', (code, by) => {
      const settle = (): void => finish(() => end(code, by));
      const enough = setTimeout(settle, OUTPUT_AFTER_EXIT_MS);
      child.once('close', () => {
        clearTimeout(enough);
        settle();
      });
    });
    const end = (code: number | null, by: string | null): void => {
      if (vetoed !== undefined) return reject(vetoed.error);
      const last = heard.at(-1);
      if (last?.word === 'refused') return reject(new HostRefusal(`${host.name}: ${last.fields.join(' ')}`));
      if (last?.word === 'broken') return reject(new Error(`${host.name}: ${last.fields.join(' ')}`));
      if (code === 0 && last?.word === 'end') return resolve(heard.slice(0, -1));
      const how = by ?? `exit code ${code}`;
      const what = rest.trim().replaceAll(/\s+/g, ' ');
      const said = what === '' ? '' : `: ${what}`;
      return reject(
        new Error(
          code === 255
            ? `${host.name} cannot be reached${said || ' (the connection was cut)'}.`
            : `The script on ${host.name} was cut off (${how})${said}.`,
        ),
      );
    };
  });
}
