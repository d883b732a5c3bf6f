import { hintFrom } from '../platform/closest.ts';
import type { Diagnostic, Result } from '../platform/diagnostics.ts';
import { fromZod } from '../platform/from-zod.ts';
import type { Platform } from '../platform/platform.ts';
import type { Phase, Scenario } from './scenario.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** Checks a scenario, and that everything it names is in the platform. All mistakes come at once. */
export function parseScenario(raw: unknown, platform: Platform, path: string): Result<Scenario> {
  const shape = fromZod(scenarioSchema, raw, `${path}: `);
  if (!shape.ok) return shape;
  const scenario = shape.value as Scenario;
  const diagnostics = scenario.phases.flatMap((phase, index) => [
    ...references(phase, platform, `${path}: phases[${index}]`),
    ...order(scenario.phases, index, `${path}: phases[${index}]`),
    ...limits(phase, platform, `${path}: phases[${index}]`),
  ]);
  return diagnostics.length === 0 ? { ok: true, value: scenario } : { ok: false, diagnostics };
}

/** Names of every objective that a phase refers to, with the field that does. */
function objectiveNames(phase: Phase): readonly (readonly [field: string, names: readonly string[]])[] {
  switch (phase.phase) {
    case 'smoke':
      return [];
    case 'load':
    case 'drill':
      return [['objectives', phase.objectives]];
    case 'experiment':
      return [
        ['objectives.steady', phase.objectives.steady],
        ['objectives.during', phase.objectives.during],
        ['objectives.recovery', phase.objectives.recovery],
      ];
  }
}

function references(phase: Phase, platform: Platform, path: string): Diagnostic[] {
  const missing = (field: string, written: string, what: string, known: readonly string[]): Diagnostic[] =>
    known.includes(written)
      ? []
      : [
          {
            path: `${path}.${field}`,
            expected: `the name of one of the platform's ${what}`,
            found: JSON.stringify(written),
            hint: hintFrom(written, known),
          },
        ];
  const objectives = objectiveNames(phase).flatMap(([field, names]) =>
    names.flatMap((name) => missing(field, name, 'objectives', Object.keys(platform.objectives))),
  );
  switch (phase.phase) {
    case 'smoke':
    case 'load':
      return objectives;
    case 'experiment':
      return [...objectives, ...missing('fault', phase.fault, 'faults', Object.keys(platform.faults))];
    case 'drill': {
      const fault = phase.drill.kind === 'failover' ? phase.drill.lose : phase.drill.restore;
      return [
        ...objectives,
        ...missing(
          phase.drill.kind === 'failover' ? 'drill.lose' : 'drill.restore',
          fault,
          'faults',
          Object.keys(platform.faults),
        ),
        ...missing('drill.from', phase.drill.from, 'regions', platform.regions),
        ...missing('drill.to', phase.drill.to, 'regions', platform.regions),
        ...missing('store', phase.store, 'stores', Object.keys(platform.stores)),
        ...missing('route', phase.route, 'routes', Object.keys(platform.routes)),
      ];
    }
  }
}

// An experiment without traffic would watch nothing.
function order(phases: readonly Phase[], index: number, path: string): Diagnostic[] {
  const phase = phases[index];
  if (phase?.phase !== 'experiment') return [];
  if (phases.slice(0, index).some((earlier) => earlier.phase === 'load')) return [];
  return [
    {
      path,
      expected: 'a load phase before the first experiment',
      found: 'no workload that runs by then',
      hint: 'put a phase of kind "load" before it',
    },
  ];
}

function limits(phase: Phase, platform: Platform, path: string): Diagnostic[] {
  if (phase.phase === 'load' && phase.rate > platform.guardrails.maxRate) {
    return [
      {
        path: `${path}.rate`,
        expected: `at most guardrails.maxRate (${platform.guardrails.maxRate}/s)`,
        found: `${phase.rate}/s`,
        hint: 'lower the rate, or raise the ceiling in the platform file',
      },
    ];
  }
  if (phase.phase !== 'drill') return [];
  const wrong: Diagnostic[] = [];
  // The defaults of docs/measurement.md: a probe coarser than this cannot tell whether the target was met.
  if (phase.probeEvery > phase.targets.rto / 50) {
    wrong.push({
      path: `${path}.probeEvery`,
      expected: `at most targets.rto / 50 (${phase.targets.rto / 50} s)`,
      found: `${phase.probeEvery} s`,
      hint: 'probe more often, or the interval will straddle the target',
    });
  }
  if (phase.probeTimeout > phase.targets.rto / 10) {
    wrong.push({
      path: `${path}.probeTimeout`,
      expected: `at most targets.rto / 10 (${phase.targets.rto / 10} s)`,
      found: `${phase.probeTimeout} s`,
      hint: 'shorten the timeout',
    });
  }
  if (phase.drill.from === phase.drill.to) {
    wrong.push({
      path: `${path}.drill.to`,
      expected: 'another region than drill.from',
      found: JSON.stringify(phase.drill.to),
      hint: 'name the region that takes over',
    });
  }
  return wrong;
}
