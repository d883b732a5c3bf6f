import { createHash } from 'node:crypto';
import type { Said } from '../shell/talk.ts';
import { assignments } from '../shell/quote.ts';
import { library } from './library.ts';

/** What the shell has to know and to do for one fault. */
export interface FaultScript {
  /** Names the fault on its host: the same for the same configuration, so that healing finds what injecting did. */
  readonly token: string;
  /** The fault's timer: so long after it was armed it is taken out, whoever still lives. */
  readonly seconds: number;
  readonly machineId: string | undefined;
  readonly variables: Readonly<Record<string, string | number | readonly string[]>>;
  /**
   * POSIX sh: the functions
   * - `probe`: refuses what cannot be done here, and says `target <name> <identity>` for each target; changes nothing;
   * - `record`: writes into `$state` what undoing needs, before anything is done;
   * - `apply`: does it, and says `ack <target> <detail>` once it is seen to be in;
   * - `look`: calls `found` for what of it is in, and `unsure` for what cannot be told;
   * - `undo`: takes it out; idempotent, and without the help of anything that died.
   */
  readonly functions: string;
  /** Why the host is left alone after all, from what `probe` has said. */
  readonly refusal?: (said: readonly Said[]) => string | undefined;
}

export type Verb = 'targets' | 'inject' | 'status' | 'heal';

const END = 'END_OF_UNDO';

/**
 * The text that does one thing with a fault. It consists of definitions up to its last line: a script that was cut
 * off on its way does nothing.
 */
export function scriptOf(
  { token, seconds, machineId, variables, functions }: FaultScript,
  verb: Verb,
): string {
  const definitions = [
    assignments({ ...variables, token, seconds, machine: machineId ?? '' }),
    library,
    functions,
  ].join('\n');
  const undo = `${definitions}\ncase "\${1-heal}" in watch) watch;; *) heal;; esac`;
  const keep = verb === 'inject' ? `keep() { cat >"$state/undo.sh" <<'${END}'\n${undo}\n${END}\n}\n` : '';
  return `${definitions}\n${keep}${verb}`;
}

/** The same configuration has the same token, in whatever order its fields stand. */
export function tokenOf(config: unknown): string {
  return createHash('sha256').update(canonical(config)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
