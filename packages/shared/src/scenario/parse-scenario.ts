import { hintFrom } from '../platform/closest.ts';
import { parseShape, shapeBase } from '../load/shape/parse-shape.ts';
import { shapeCeiling } from '../load/shape/plan-shape.ts';
import type { Shape } from '../load/shape/shape.ts';
import type { Diagnostic, Result } from '../platform/diagnostics.ts';
import { fromZod } from '../platform/from-zod.ts';
import type { Platform } from '../platform/platform.ts';
import { besideNoLoad } from './beside-no-load.ts';
import { drillSteps } from './drill-steps.ts';
import { drillParts, faultOf, movesTo } from './drill-parts.ts';
import { constantLoadOf } from './constant-load.ts';
import { isShaped } from './load-windows.ts';
import { repetitionNames } from './repetitions.ts';
import { restoreSteps } from './restore-steps.ts';
import type {
  ExperimentPhase,
  LoadPhase,
  Phase,
  Scenario,
  WrittenExperiment,
  WrittenScenario,
  WrittenShape,
} from './scenario.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** The regions in which a store of the platform has nodes. */
export type RegionsOf = (store: string) => readonly string[];

/**
 * Checks a scenario, and that everything it names is in the platform. All mistakes come at once. Where the stores'
 * nodes are is known to their drivers alone: without `regionsOf` it is not checked.
 */
export function parseScenario(
  raw: unknown,
  platform: Platform,
  path: string,
  regionsOf?: RegionsOf,
): Result<Scenario> {
  const shape = fromZod(scenarioSchema, raw, `${path}: `);
  if (!shape.ok) return shape;
  const shaped = withDetails(shape.value as WrittenScenario, platform, path);
  if (!shaped.ok) return shaped;
  const placed = shaped.value;
  const phases = placed.map(({ phase }) => phase);
  const diagnostics = placed.flatMap(({ phase, path: at }, index) => [
    ...references(phase, platform, at),
    ...ownNames(phases, index, at),
    ...underLoad(phases, index, at),
    ...besideNoLoad(phases, index, at),
    ...limits(phase, platform, at),
    ...(regionsOf === undefined ? [] : nodes(phase, platform, at, regionsOf)),
    ...observers(phase, platform, at),
  ]);
  return diagnostics.length === 0
    ? { ok: true, value: { ...(shape.value as WrittenScenario), phases } }
    : { ok: false, diagnostics: once(diagnostics) };
}

/** What two phases have in common that come from one place is told once. */
function once(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ path, found }: Diagnostic): string => `${path} ${found}`;
  return [...new Map(diagnostics.toReversed().map((one) => [key(one), one])).values()].toReversed();
}

/** A phase, and where its file states it: several may come from one place. */
interface PlacedPhase {
  readonly phase: Phase;
  readonly path: string;
}

/** Reads the shapes that load phases name, fills in what experiments leave to be as usual, takes drills of a region apart. */
function withDetails(
  written: WrittenScenario,
  platform: Platform,
  path: string,
): Result<readonly PlacedPhase[]> {
  const diagnostics: Diagnostic[] = [];
  const phases = written.phases.flatMap((phase, index): readonly PlacedPhase[] => {
    const at = `${path}: phases[${index}]`;
    if (phase.phase === 'experiment') return [{ phase: experimentOf(phase), path: at }];
    if (phase.phase === 'drill') return drillParts(phase).map((part) => ({ phase: part, path: at }));
    if (phase.phase !== 'load') return [{ phase, path: at }];
    if (!('shape' in phase)) {
      const load = constantLoadOf(phase, platform, at);
      if (!load.ok) diagnostics.push(...load.diagnostics);
      return load.ok ? [{ phase: load.value, path: at }] : [];
    }
    const shape = shapeOf(phase.shape, platform, `${at}.shape`);
    if (!shape.ok) diagnostics.push(...shape.diagnostics);
    return [{ phase: { ...phase, shape: shape.ok ? shape.value : NOTHING }, path: at }];
  });
  return diagnostics.length === 0 ? { ok: true, value: phases } : { ok: false, diagnostics };
}

function experimentOf({ fault, faults, order, repeat, ...rest }: WrittenExperiment): ExperimentPhase {
  const [first = '', ...others] = faults ?? (fault === undefined ? [] : [fault]);
  return {
    ...rest,
    faults: [first, ...others],
    order: order ?? { how: 'together' },
    repeat: { times: repeat?.times ?? 1, seed: repeat?.seed ?? null },
  };
}

/** Stands in for a shape with mistakes, and is never looked at. */
const NOTHING: Shape = { kind: 'stages', legs: [], warmUpSeconds: 0 };

function shapeOf({ kind, ...options }: WrittenShape, platform: Platform, path: string): Result<Shape> {
  const texts = Object.entries(options).map(([name, value]) => [dashed(name), String(value)] as const);
  return parseShape(kind, Object.fromEntries(texts), shapeBase(platform.load, platform.guardrails), {
    kind: `${path}.kind`,
    option: (name) => `${path}.${camelled(name)}`,
    hint: 'see docs/load.md; the usual rate is `load.baseline` of the platform',
  });
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camelled(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names of every objective that a phase refers to, with the field that does. */
function objectiveNames(phase: Phase): readonly (readonly [field: string, names: readonly string[]])[] {
  switch (phase.phase) {
    case 'smoke':
      return [];
    case 'load':
      return isShaped(phase)
        ? [
            ['objectives', phase.objectives],
            ['during', phase.during ?? []],
            ['result', phase.result ?? []],
          ]
        : [['objectives', phase.objectives]];
    case 'limit':
    case 'drill':
    case 'restore':
      return [['objectives', phase.objectives]];
    case 'experiment':
      return [
        ['objectives.steady', phase.objectives.steady],
        ['objectives.during', phase.objectives.during],
        ['objectives.recovery', phase.objectives.recovery],
        ['objectives.whole', phase.objectives.whole ?? []],
      ];
    case 'deploy':
      return (['steady', 'whole', 'result'] as const).map(
        (part) => [`objectives.${part}`, phase.objectives[part]] as const,
      );
  }
}

/** A load that runs on a cluster needs to be told on which. */
function place(phase: LoadPhase, { generators }: Platform, path: string): Diagnostic[] {
  if (phase.on !== 'kubernetes' || generators?.kubernetes !== undefined) return [];
  return [
    {
      path: `${path}.on`,
      expected: 'a place where load can come from',
      found: "'kubernetes', and the platform has no generators.kubernetes",
      hint: 'add generators: { kubernetes: { … } } to the platform file (docs/drivers/k6-operator.md)',
    },
  ];
}

function unknownStep(path: string, name: string, known: readonly string[]): Diagnostic[] {
  if (known.includes(name)) return [];
  return [
    {
      path,
      expected: `steps of this runbook: ${known.join(', ')}`,
      found: JSON.stringify(name),
      hint: hintFrom(name, known),
    },
  ];
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
            hint:
              known.length === 0
                ? 'there are none: add it to the platform file, or pick phases that need none (--only)'
                : hintFrom(written, known),
          },
        ];
  const objectives = objectiveNames(phase).flatMap(([field, names]) =>
    names.flatMap((name) => missing(field, name, 'objectives', Object.keys(platform.objectives))),
  );
  const backups = Object.keys(platform.backups ?? {});
  switch (phase.phase) {
    case 'smoke':
      return objectives;
    case 'load':
      return [...objectives, ...place(phase, platform, path)];
    case 'limit':
      return [...objectives, ...missing('limit', phase.limit, 'limits', Object.keys(platform.limits ?? {}))];
    case 'experiment':
      return [
        ...objectives,
        ...phase.faults.flatMap((fault, at) =>
          missing(
            phase.faults.length === 1 ? 'fault' : `faults[${at}]`,
            fault,
            'faults',
            Object.keys(platform.faults),
          ),
        ),
      ];
    case 'drill': {
      const fault = faultOf(phase.drill);
      const to = movesTo(phase.drill);
      return [
        ...objectives,
        ...(fault === undefined
          ? []
          : missing(fault.field, fault.fault, 'faults', Object.keys(platform.faults))),
        ...(phase.drill.kind === 'return'
          ? []
          : missing('drill.from', phase.drill.from, 'regions', platform.regions)),
        ...(to === undefined || phase.drill.kind === 'return'
          ? []
          : missing('drill.to', to, 'regions', platform.regions)),
        ...Object.keys(phase.steps ?? {}).flatMap((name) =>
          unknownStep(`${path}.steps`, name, drillSteps[phase.drill.kind]),
        ),
        ...missing('store', phase.store, 'stores', Object.keys(platform.stores)),
        ...missing('route', phase.route, 'routes', Object.keys(platform.routes)),
        ...(phase.freshBackup === undefined || 'without' in phase.freshBackup
          ? []
          : missing('freshBackup.backup', phase.freshBackup.backup, 'backups', backups)),
      ];
    }
    case 'restore':
      return [
        ...objectives,
        ...Object.keys(phase.steps ?? {}).flatMap((name) =>
          unknownStep(`${path}.steps`, name, restoreSteps[phase.drill.kind]),
        ),
        ...missing('backup', phase.backup, 'backups', backups),
      ];
    case 'deploy':
      return [
        ...objectives,
        ...missing('deployment', phase.deployment, 'deployments', Object.keys(platform.deployments ?? {})),
      ];
  }
}

/** A drill that moves the primary moves it between nodes: there has to be one in both regions. */
function nodes(phase: Phase, platform: Platform, path: string, regionsOf: RegionsOf): Diagnostic[] {
  if (phase.phase !== 'drill' || !Object.hasOwn(platform.stores, phase.store)) return [];
  const to = movesTo(phase.drill);
  // A return goes between the regions of its evacuation, the other way round.
  if (to === undefined || phase.drill.kind === 'return') return [];
  const has = [...new Set(regionsOf(phase.store))];
  const moves = [
    ['from', phase.drill.from],
    ['to', to],
  ] as const;
  return moves.flatMap(([field, region]) =>
    has.includes(region) || !platform.regions.includes(region)
      ? []
      : [
          {
            path: `${path}.drill.${field}`,
            expected: `a region in which store ${phase.store} has a node: ${has.join(', ')}`,
            found: `${JSON.stringify(region)}, in which it has none`,
            hint: `give the store a node in region ${region}, or drill another store`,
          },
        ],
  );
}

/** A drill that nobody measures would take a region away for nothing. */
function observers(phase: Phase, { name, probes, ledger }: Platform, path: string): Diagnostic[] {
  if (phase.phase !== 'drill') return [];
  const lacks = [...(probes.length > 0 ? [] : ['probes']), ...(ledger === null ? ['ledger'] : [])];
  if (lacks.length === 0) return [];
  return [
    {
      path: `${path}.drill`,
      expected:
        'a platform with probes, which tell whether clients are served, and a ledger, which tells what was lost',
      found: `${name}, which has no ${lacks.join(' and no ')}`,
      hint: `add ${lacks.map((field) => `\`${field}\``).join(' and ')} to the platform file (docs/your-platform.md)`,
    },
  ];
}

// Windows and records are named by their phase, and by the repetition of it.
function ownNames(phases: readonly Phase[], index: number, path: string): Diagnostic[] {
  const phase = phases[index];
  if (phase === undefined) return [];
  const taken = new Set(phases.slice(0, index).flatMap(namesOf));
  const twice = namesOf(phase).find((name) => taken.has(name));
  if (twice === undefined) return [];
  return [
    {
      path: `${path}.name`,
      expected: 'a name of its own for each phase, and for each repetition of one',
      found: `${JSON.stringify(twice)} a second time`,
      hint: 'rename the phase',
    },
  ];
}

function namesOf(phase: Phase): readonly string[] {
  return phase.phase === 'experiment' ? repetitionNames(phase) : [phase.name];
}

// An experiment without traffic would watch nothing.
function underLoad(phases: readonly Phase[], index: number, path: string): Diagnostic[] {
  const phase = phases[index];
  if (phase?.phase !== 'experiment' && phase?.phase !== 'deploy') return [];
  const load = phases.slice(0, index).findLast((earlier) => earlier.phase === 'load');
  if (load !== undefined && !isShaped(load)) return [];
  return [
    {
      path,
      expected: `a load phase before ${phase.phase === 'deploy' ? 'the deployment' : 'the experiment'} that runs on under it`,
      found:
        load === undefined
          ? 'no workload that runs by then'
          : `only ${load.name}, which has ended by then: it is a shape`,
      hint: 'put a phase of kind "load" with rate, warmUp and judgeFor before it',
    },
  ];
}

function limits(phase: Phase, platform: Platform, path: string): Diagnostic[] {
  const highest = phase.phase !== 'load' ? 0 : isShaped(phase) ? shapeCeiling(phase.shape) : phase.rate;
  if (phase.phase === 'load' && highest > platform.guardrails.maxRate) {
    return [
      {
        path: `${path}.${isShaped(phase) ? 'shape' : 'rate'}`,
        expected: `at most guardrails.maxRate (${platform.guardrails.maxRate}/s)`,
        found: `${highest}/s`,
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
  if (phase.drill.from === movesTo(phase.drill)) {
    wrong.push({
      path: `${path}.drill.to`,
      expected: 'another region than drill.from',
      found: JSON.stringify(phase.drill.from),
      hint: 'name the region that takes over',
    });
  }
  return wrong;
}
