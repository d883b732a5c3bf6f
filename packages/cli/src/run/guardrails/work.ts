import { runBounded } from '@ordeal/chaos/drivers/command/run';
import type { WorkCheck } from '@ordeal/shared/platform/platform';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import { numberOf } from '@ordeal/shared/prometheus/reading';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';

export interface Asking {
  readonly prometheus: Prometheus;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Why a run may not begin because of other work on the platform; undefined when none is under way. Never rejects. */
export async function lookAtWork(
  name: string,
  check: WorkCheck,
  asking: Asking,
): Promise<string | undefined> {
  const state =
    'promql' in check ? await askPrometheus(check.promql, asking) : await askCommand(check, asking);
  switch (state.is) {
    case 'idle':
      return undefined;
    case 'busy':
      return `${name} is under way (${state.detail})`;
    case 'unknown':
      return `whether ${name} is under way cannot be told: ${state.detail}`;
  }
}

type State = { readonly is: 'idle' } | { readonly is: 'busy' | 'unknown'; readonly detail: string };

async function askPrometheus(promql: string, { prometheus, signal }: Asking): Promise<State> {
  const answer = await prometheus.instant(promql, undefined, signal);
  if (!answer.ok) return { is: 'unknown', detail: answer.error.message };
  const { series, warnings } = answer.value;
  if (warnings.length > 0) return { is: 'unknown', detail: warnings.join('; ') };
  const [first] = series;
  const raw = first?.samples.at(-1)?.[1];
  if (raw === undefined) return { is: 'unknown', detail: `${promql} gives no value` };
  if (series.length > 1) return { is: 'unknown', detail: `${promql} gives ${series.length} values, not one` };
  const value = numberOf(raw);
  if (value === 0) return { is: 'idle' };
  return Number.isFinite(value)
    ? { is: 'busy', detail: `${promql} is ${value}` }
    : { is: 'unknown', detail: `${promql} is ${raw}` };
}

const COMMAND_SECONDS = 10;
const UNDER_WAY = 0;
/** `pgrep` says so, and `systemctl is-active`. */
const NOT_UNDER_WAY = [1, 3];

async function askCommand(
  { command, withinSeconds = COMMAND_SECONDS }: Extract<WorkCheck, { command: unknown }>,
  { clock, signal }: Asking,
): Promise<State> {
  const shown = command.join(' ');
  try {
    const { code, signal: by } = await runBounded({
      argv: command,
      withinMs: withinSeconds * 1000,
      env: {},
      clock,
      signal,
      onAbort: 'end-it',
    });
    if (code === UNDER_WAY) return { is: 'busy', detail: `${shown} ended with 0` };
    if (code !== null && NOT_UNDER_WAY.includes(code)) return { is: 'idle' };
    return {
      is: 'unknown',
      detail: `${shown} ended with ${code ?? by}; 0 means that it is, 1 or 3 that it is not`,
    };
  } catch (error) {
    return { is: 'unknown', detail: reasonOf(error) };
  }
}
