import type { Acknowledgement, DriverContext } from '@ordeal/shared/drivers/fault';
import { isAlive } from '@ordeal/shared/process/identity';
import { signalProcess } from '@ordeal/shared/process/signal';
import { library } from '../script/library.ts';
import type { Host } from '../shell/host.ts';
import { assignments } from '../shell/quote.ts';
import { talk } from '../shell/talk.ts';
import type { NamedReport, UnitReport } from './report.ts';

/** How processes are ended, and how long they get for it. */
export interface Ending {
  readonly signal: NodeJS.Signals;
  readonly goneWithinSeconds: number;
}

const LOOK_EVERY_MS = 2;

/**
 * Ends every process of the units at once, supervisors first as they are listed. Resolves when none of them is
 * left; only processes whose identity still is the listed one are touched.
 */
export function endUnits(
  reports: readonly NamedReport[],
  ending: Ending,
  host: Host,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  return host.sharesProcesses ? endHere(reports, ending, context) : endThere(reports, ending, host, context);
}

async function endHere(
  reports: readonly NamedReport[],
  ending: Ending,
  { clock, signal }: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const sent = clock.now();
  for (const { report } of reports) {
    for (const { identity } of report.processes) signalProcess(identity, ending.signal);
  }
  const until = clock.now() + ending.goneWithinSeconds * 1000;
  return Promise.all(
    reports.map(async ({ name, report }) => {
      let left = report.processes;
      for (;;) {
        left = left.filter(({ identity }) => isAlive(identity));
        if (left.length === 0) break;
        if (clock.now() > until) {
          throw new Error(
            `${left.map((one) => `${one.name} (${one.identity})`).join(', ')} of ${name} outlives ${ending.signal}.`,
          );
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
      return { target: name, sent, confirmed: clock.now(), detail: gone(report) };
    }),
  );
}

const functions = `
end_all() {
  check_machine
  say armed
  read -r answer || answer=
  [ "$answer" = go ] || exit 5
  for one in $identities; do
    signal "$how" "$one" || ! is_alive "$one" || broken "process $one may not be sent SIG$how: use the user that owns it"
  done
  tries=0
  for one in $identities; do
    while is_alive "$one"; do
      [ $tries -lt "$most" ] || broken "process $one outlives SIG$how"
      tries=$((tries + 1)); nap
    done
    say gone "$one"
  done
  say end
}
`;
/** What the script sleeps between two looks, where its sleep knows fractions of a second. */
const NAP_SECONDS = 0.02;

async function endThere(
  reports: readonly NamedReport[],
  ending: Ending,
  host: Host,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const identities = reports.flatMap(({ report }) => report.processes.map(({ identity }) => identity));
  if (identities.length === 0) return [];
  const variables = {
    how: ending.signal.slice('SIG'.length),
    most: Math.ceil(ending.goneWithinSeconds / NAP_SECONDS),
    identities,
    token: '',
    seconds: 0,
    machine: host.machineId ?? '',
  };
  let sent: number | undefined;
  const asked = (): void => {
    sent = context.clock.now();
  };
  const script = [assignments(variables), library, functions, 'end_all'].join('\n');
  const said = await talk(host, script, context, { asks: { word: 'armed', asked } });
  const goneAt = new Map(
    said.flatMap(({ word, at, fields: [identity = ''] }) => (word === 'gone' ? [[identity, at]] : [])),
  );
  return reports.map(({ name, report }) => {
    const confirmed = Math.max(...report.processes.map(({ identity }) => goneAt.get(identity) ?? Number.NaN));
    if (sent === undefined || !(confirmed >= sent)) {
      throw new Error(`${host.name} has not said that the processes of "${name}" are gone.`);
    }
    return { target: name, sent, confirmed, detail: gone(report) };
  });
}

function gone(report: UnitReport): string {
  return `gone: ${report.processes.map((one) => `${one.name} ${one.pid}`).join(', ')}`;
}
