import { quoted } from '../shell/quote.ts';
import type { FaultScript } from '../script/fault-script.ts';
import type { FaultHost } from '../script/host-fault.ts';
import { startOf, type HostUnit } from './schema.ts';

/**
 * A timer on the host that starts units when its time is over. It does nothing to them before: what ends them is
 * not its business. Whoever heals ends the timer, and starts them without it.
 */
export function startTimer(
  config: { readonly units: readonly HostUnit[] },
  seconds: number,
  { machineId, token }: FaultHost,
): FaultScript {
  const starts = config.units.flatMap((unit) => {
    const start = startOf(unit);
    return start === undefined
      ? []
      : [`unmarked ${start.map(quoted).join(' ')} </dev/null >>"$state/log" 2>&1 || failed=yes`];
  });
  const functions = `
probe() { :; }
record() { :; }
apply() { :; }
failed=
look() { [ -z "$failed" ] || unsure "a unit could not be started: $(tail -n 2 "$state/log" | tr '\\n' ' ')"; }
undo() {
  [ -n "\${on_time-}" ] || return
  failed=
  ${starts.join('\n  ')}
}
`;
  return { token, seconds, machineId, variables: {}, functions };
}
