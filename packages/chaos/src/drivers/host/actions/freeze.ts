import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { z } from 'zod';
import type { FaultScript } from '../script/fault-script.ts';
import type { FaultHost, HostFault } from '../script/host-fault.ts';
import { findTargets, healScript, injectScript, lookAtScript } from '../script/run-script.ts';
import type { Host } from '../shell/host.ts';
import { readUnits } from '../units/read.ts';
import { identityOf, requireProcesses, type NamedReport } from '../units/report.ts';
import { unitsSchema } from '../units/schema.ts';
import { startUnit } from '../units/start.ts';
import { placed, timed } from './fields.ts';

const common = { ...placed, ...timed, action: z.literal('freeze'), units: unitsSchema };

export const freezeSchema = z.discriminatedUnion('replacedBy', [
  /** It hangs until healing lets it go on. */
  z.strictObject({ ...common, replacedBy: z.literal('nobody').optional() }),
  /** Something on the host finds that it hangs, and replaces it: a liveness check. */
  z.strictObject({
    ...common,
    replacedBy: z.literal('supervisor'),
    /** So long the finding and the replacement may take together. */
    readyWithinSeconds: z.number().positive().default(60),
    healedWhen: z.enum(['running', 'ready']).default('ready'),
  }),
]);

export type FreezeConfig = z.infer<typeof freezeSchema>;

/** What was born between the listing and the freezing is looked for no longer than this. */
const LOOK_AGAIN_WITHIN_MS = 2_000;

const functions = `
# Runs a function for each process that is listed: <identity> <unit> <name>.
each() {
  while IFS="$tab" read -r one unit name; do
    [ -z "$one" ] || "$1" "$one" "$unit" "$name"
  done
}
is_stopped() { is_alive "$1" && case "$run_state" in T|t) true;; *) false;; esac; }
may_stop() {
  is_alive "$1" || refuse "process $1 of $2 is gone"
  case "$run_state" in T|t) refuse "process $1 of $2 is stopped already, and not by this fault";; esac
  kill -0 "\${1%%@*}" 2>/dev/null || refuse "process $1 of $2 may not be signalled: use the user that owns it"
}
probe() {
  each may_stop <<END_OF_LIST
$processes
END_OF_LIST
}
record() { printf '%s\\n' "$processes" >"$state/processes"; }
freeze() {
  signal STOP "$1" || broken "process $1 of $2 was gone before it could be stopped"
  tries=0
  until is_stopped "$1"; do
    [ $tries -lt 250 ] || broken "process $1 of $2 does not stop"
    tries=$((tries + 1)); nap
  done
  say ack "$2" "$3 \${1%%@*} stopped"
}
apply() {
  each freeze <<END_OF_LIST
$processes
END_OF_LIST
}
tell() { if is_stopped "$1"; then found "$3 \${1%%@*} of $2 is stopped"; fi; }
listed() { [ ! -e "$state/processes" ] || each "$1" <"$state/processes"; }
look() { listed tell; }
thaw() {
  signal CONT "$1"
  tries=0
  while is_stopped "$1" && [ $tries -lt 50 ]; do tries=$((tries + 1)); nap; done
}
undo() { listed thaw; }
`;

/**
 * Stops processes where they are (SIGSTOP), and lets them go on (SIGCONT): they hang, and do not die. Those that nobody
 * has replaced in time go on as well, so that nothing is left.
 */
export const freeze: HostFault<FreezeConfig> = {
  describe: ({ units, replacedBy }) =>
    `${units.map(({ name }) => name).join(', ')} frozen (SIGSTOP)${replacedBy === 'supervisor' ? '; a supervisor replaces it' : ''}`,

  async targets(config, host, context) {
    const reports = await readAll(config, host, context);
    await findTargets(host, scriptFor(config, host, reports), context);
    return reports.map(({ name, report }) => ({ name, identity: identityOf(report) ?? '' }));
  },

  async inject(config, host, context) {
    const reports = await readAll(config, host, context);
    const acknowledged = await injectScript(host, scriptFor(config, host, reports), context);
    // What a supervisor replaces it with is what is waited for.
    if (config.replacedBy === 'supervisor') return acknowledged;
    const late = await born(config, reports, host, context);
    if (late.length > 0) {
      throw new Error(`${late.join(', ')} was started while its unit was being frozen, and runs on.`);
    }
    return acknowledged;
  },

  status: (config, host, context) => lookAtScript(host, scriptFor(config, host, []), context),
  async heal(config, host, context) {
    await healScript(host, scriptFor(config, host, []), context);
    if (config.replacedBy !== 'supervisor') return;
    await Promise.all(config.units.map((unit) => startUnit(unit, config, host, context)));
  },
  ending: ({ endsAfterSeconds }) => ({ by: 'target', afterSeconds: endsAfterSeconds }),
  loss: () => 'frozen',
};

async function readAll(config: FreezeConfig, host: Host, context: DriverContext) {
  const reports = await readUnits(config.units, host, context);
  for (const { name, report } of reports) requireProcesses(name, report);
  return reports;
}

/** Processes of the units that were not there before. A unit that cannot answer while it is frozen has none. */
async function born(
  config: FreezeConfig,
  before: readonly NamedReport[],
  host: Host,
  context: DriverContext,
): Promise<readonly string[]> {
  const known = new Set(before.flatMap(({ report }) => report.processes.map(({ identity }) => identity)));
  const now = await within(
    context.clock,
    LOOK_AGAIN_WITHIN_MS,
    'Looking again',
    context.signal,
    async (signal) => readUnits(config.units, host, { ...context, signal }),
  ).catch((): readonly NamedReport[] => []);
  context.signal.throwIfAborted();
  return now.flatMap(({ report }) =>
    report.processes.flatMap(({ name, identity }) =>
      known.has(identity) ? [] : [`${name} ${Number.parseInt(identity, 10)}`],
    ),
  );
}

/** Healing needs no processes: those that were stopped stand in a list on the host. */
function scriptFor(
  config: FreezeConfig,
  { machineId, token }: FaultHost,
  reports: readonly NamedReport[],
): FaultScript {
  const processes = reports.flatMap(({ name: unit, report }) =>
    report.processes.map(({ name, identity }) => [identity, unit, name].map(field).join('\t')),
  );
  return {
    token,
    seconds: config.endsAfterSeconds,
    machineId,
    variables: { processes },
    functions,
  };
}

function field(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
