import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { runCommand } from '../command.ts';
import type { Host } from '../shell/host.ts';
import { talk } from '../shell/talk.ts';
import { library } from '../script/library.ts';
import { assignments } from '../shell/quote.ts';
import type { UnitReport } from './report.ts';
import type { HostUnit } from './schema.ts';

/** How the processes of one kind of unit are found: by the shell function `locate`. */
export interface Locator {
  readonly variables: Readonly<Record<string, string | number | readonly string[]>>;
  /**
   * POSIX sh: the function `locate` calls `is_process <pid>` for each process that it finds, `absent <why>` when
   * there is none, and `broken <why>` when that cannot be told.
   */
  readonly functions: string;
}

const LOCATED_WITHIN_MS = 10_000;

const common = `
ancestors=" 1 "
climb=$$
while identify "$climb" && [ "$parent" -gt 1 ]; do ancestors="$ancestors$climb "; climb=$parent; done
ancestors="$ancestors$climb "
is_process() {
  case "$ancestors" in *" $1 "*) broken "process $1 is what this very suite, or the host, runs under";; esac
  case " $known " in *" $1 "*) return;; esac
  identify "$1" || return
  known="$known $1"
  command=
  { IFS= read -r command <"/proc/$1/comm"; } 2>/dev/null
  say process "\${command:-?}" "$identity"
}
absent() { say absent "$*"; }
# All that the known processes have started, and what that has started.
add_tree() {
  grown=yes
  while [ -n "$grown" ]; do
    grown=
    for entry in /proc/[0-9]*; do
      child=\${entry#/proc/}
      case " $known " in *" $child "*) continue;; esac
      identify "$child" || continue
      case " $known " in *" $parent "*) is_process "$child"; grown=yes;; esac
    done
  done
}
find_unit() {
  check_machine
  known=
  locate
  [ "$extent" != tree ] || [ -z "$known" ] || add_tree
  say end
}
`;

/** Finds a unit's processes on the host. Rejects with a sentence when that cannot be told. */
export async function readLocatedUnit(
  unit: Exclude<HostUnit, { readonly status: unknown }>,
  { variables, functions }: Locator,
  host: Host,
  context: DriverContext,
): Promise<UnitReport> {
  const extent = 'extent' in unit ? unit.extent : 'process';
  const script = [
    assignments({ ...variables, extent, token: '', seconds: 0, machine: host.machineId ?? '' }),
    library,
    common,
    functions,
    'find_unit',
  ].join('\n');
  const what = `Finding the processes of "${unit.name}"`;
  const said = await within(context.clock, LOCATED_WITHIN_MS, what, context.signal, (signal) =>
    talk(host, script, { clock: context.clock, signal }),
  );
  const processes = said.flatMap(({ word, fields: [name = '', identity = ''] }) =>
    word === 'process' ? [{ name, pid: Number.parseInt(identity, 10), identity }] : [],
  );
  const detail = said.find(({ word }) => word === 'absent')?.fields[0];
  const running = processes.length > 0;
  return {
    unit: unit.name,
    state: running ? 'running' : 'stopped',
    ready: running && (await isReady(unit.ready, host, context)),
    processes,
    ...(detail === undefined ? {} : { detail }),
  };
}

async function isReady(
  ready: readonly [string, ...string[]] | undefined,
  host: Host,
  { clock, signal }: DriverContext,
): Promise<boolean> {
  if (ready === undefined) return true;
  const what = `Asking whether it is ready (${ready.join(' ')})`;
  const result = await within(clock, LOCATED_WITHIN_MS, what, signal, (ending) =>
    runCommand(host.command(ready), ending, 'end-it'),
  );
  return result.code === 0;
}
