import { scopeSignal, type Scope } from '@ordeal/shared/judge/scope';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { wantsAnAlert } from '@ordeal/shared/objectives/of-alerts';
import type { PrometheusSignal } from '@ordeal/shared/objectives/signal';
import { hintFrom } from '@ordeal/shared/platform/closest';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { Platform } from '@ordeal/shared/platform/platform';

/** An objective that Prometheus alone can tell. */
export interface PrometheusObjective extends Objective {
  readonly signal: PrometheusSignal;
}

export type PickedObjectives = Readonly<Record<string, PrometheusObjective>>;

/** The named objectives, or all that can be told from Prometheus when nothing was done to the platform. */
export function pickObjectives(
  platform: Platform,
  names: readonly string[] | null,
): Result<PickedObjectives> {
  const usable = Object.entries(platform.objectives).filter(([, objective]) => isUsable(objective));
  const known = usable.map(([name]) => name);
  const wanted = names ?? known;
  const picked: Record<string, PrometheusObjective> = {};
  const diagnostics: Diagnostic[] = [];
  for (const name of wanted) {
    const objective = Object.hasOwn(platform.objectives, name) ? platform.objectives[name] : undefined;
    if (objective !== undefined && isUsable(objective)) picked[name] = objective as PrometheusObjective;
    else diagnostics.push(notUsable(name, objective, known));
  }
  if (wanted.length === 0) {
    diagnostics.push({
      path: 'objectives',
      expected: `an objective of ${platform.name} on a signal from Prometheus`,
      found: 'none',
      hint: "add one with signal: { from: 'prometheus', … } to the platform file",
    });
  }
  return diagnostics.length === 0 ? { ok: true, value: picked } : { ok: false, diagnostics };
}

/** The same objectives, narrowed. Says of all at once which cannot be. */
export function narrowObjectives(
  objectives: PickedObjectives,
  scope: Scope | undefined,
): Result<PickedObjectives> {
  if (scope === undefined) return { ok: true, value: objectives };
  const narrowed: Record<string, PrometheusObjective> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [name, objective] of Object.entries(objectives)) {
    const signal = scopeSignal(objective.signal, scope, `objectives[${JSON.stringify(name)}]`);
    if (signal.ok) narrowed[name] = { ...objective, signal: signal.value };
    else diagnostics.push(...signal.diagnostics);
  }
  return diagnostics.length === 0 ? { ok: true, value: narrowed } : { ok: false, diagnostics };
}

// No alert is wanted where nothing is done to the platform; nor is there a client to compare with.
function isUsable(objective: Objective): boolean {
  const { signal } = objective;
  return (
    signal.from === 'prometheus' && !wantsAnAlert(objective) && signal.measure !== 'difference-to-client'
  );
}

function notUsable(name: string, objective: Objective | undefined, known: readonly string[]): Diagnostic {
  const path = `--objective ${JSON.stringify(name)}`;
  const expected = 'an objective that Prometheus can tell while nothing is done to the platform';
  if (objective === undefined) {
    return { path, expected, found: 'no objective of that name', hint: hintFrom(name, known) };
  }
  const { from, measure } = objective.signal;
  return {
    path,
    expected,
    found: `one on ${from} ${measure}`,
    hint: known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`,
  };
}
