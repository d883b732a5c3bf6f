import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeShape } from '@ordeal/shared/load/shape/describe-shape';
import { parseShape, shapeBase, type ShapeOptions } from '@ordeal/shared/load/shape/parse-shape';
import type { Shape, Spike } from '@ordeal/shared/load/shape/shape';
import { wantsAnAlert } from '@ordeal/shared/objectives/of-alerts';
import type { Objective } from '@ordeal/shared/objectives/objective';
import { hintFrom } from '@ordeal/shared/platform/closest';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { LoadSettings, Platform } from '@ordeal/shared/platform/platform';
import { leastWindowSeconds } from '@ordeal/shared/scenario/decidable/scrapes';
import { isShaped, LOST_SECONDS } from '@ordeal/shared/scenario/load-windows';
import type {
  LoadPlace,
  LoadSource,
  PaceName,
  Scenario,
  ShapedLoadPhase,
} from '@ordeal/shared/scenario/scenario';
import { CommandError, exitCodes, mistakesIn } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import type { LoadedPlatform } from './load-platform.ts';
import { loadScenario } from './load-scenario.ts';

/** A shape of load as the command line asks for it. */
export interface ShapeRequest {
  readonly kind: string;
  readonly options: ShapeOptions;
  /** Names of objectives; undefined for those of the platform's usual load. */
  readonly objectives?: readonly string[] | undefined;
  /** Where the virtual users are. */
  readonly on?: string | undefined;
  /** A script for k6, relative to the working directory. */
  readonly script?: string | undefined;
  /** The scenario whose load is the usual one, where the platform names none. */
  readonly scenario: string;
  readonly pace: PaceName;
}

/** A scenario of nothing but a shape of load. */
export interface ShapedScenario {
  /** With an objective of the shape's own, where the platform has none on what it shows. */
  readonly loaded: LoadedPlatform;
  readonly scenario: Scenario;
  readonly warnings: readonly string[];
}

/** Makes a scenario of a shape. What is wrong with it is told all at once, in the words of the command line. */
export async function shapedScenario(
  request: ShapeRequest,
  loaded: LoadedPlatform,
  edge: Edge,
): Promise<ShapedScenario> {
  const { platform } = loaded;
  const usual = platform.load ?? (await usualLoad(request, loaded, edge));
  const source = sourceOf(request, platform, edge);
  const parsed = parseShape(request.kind, request.options, shapeBase(usual, platform.guardrails));
  const mistakes = [...(parsed.ok ? [] : parsed.diagnostics), ...(source.ok ? [] : source.diagnostics)];
  if (!parsed.ok || !source.ok) throw mistakesIn(`\`ordeal load ${request.kind}\``, mistakes);
  const shape = parsed.value;
  const chosen = choose(shape, request, usual, platform);
  const own = ownObjectives(shape, platform);
  const phase: ShapedLoadPhase = {
    phase: 'load',
    name: shape.kind,
    title: `Load of shape ${describeShape(shape)}`,
    shape,
    ...source.value,
    objectives: chosen.objectives,
    ...(chosen.during === undefined ? {} : { during: chosen.during }),
    ...(own.names.length === 0 ? {} : { result: own.names }),
  };
  return {
    loaded: { ...loaded, platform: { ...platform, objectives: { ...platform.objectives, ...own.added } } },
    scenario: { name: `load-${shape.kind}`, title: phase.title, phases: [phase] },
    warnings: chosen.warnings,
  };
}

/** What the load is made of, and where it comes from. */
function sourceOf(
  { kind, on, script }: ShapeRequest,
  { name, generators }: Platform,
  edge: Edge,
): Result<LoadSource> {
  const diagnostics: Diagnostic[] = [];
  if (on !== undefined && !isPlace(on)) {
    const found = JSON.stringify(on);
    diagnostics.push({ path: '--on', expected: PLACES.join(' or '), found, hint: hintFrom(on, PLACES) });
  } else if (on === 'kubernetes' && generators?.kubernetes === undefined) {
    diagnostics.push({
      path: '--on',
      expected: 'a place where load can come from',
      found: `kubernetes, and platform ${name} has no generators.kubernetes`,
      hint: 'add generators: { kubernetes: { … } } to the platform file (docs/drivers/k6-operator.md)',
    });
  }
  if (kind === 'script' && script === undefined) {
    const hint = 'ordeal load script --script ./checkout.ts';
    diagnostics.push({
      path: '--script',
      expected: 'a script for k6, whose own scenarios run',
      found: 'nothing',
      hint,
    });
  }
  if (kind === 'script' && on === 'kubernetes') {
    const hint = 'leave --on out, or call its default function with another shape';
    diagnostics.push({
      path: '--on',
      expected: 'here: the scenarios of a script run on one machine',
      found: on,
      hint,
    });
  }
  const file = script === undefined ? undefined : resolve(edge.cwd, script);
  if (file !== undefined && !existsSync(file)) {
    const hint = 'paths are relative to the working directory';
    diagnostics.push({ path: '--script', expected: 'a script for k6', found: `no file ${file}`, hint });
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    value: {
      ...(on === 'kubernetes' ? { on } : {}),
      ...(file === undefined ? {} : { script: pathToFileURL(file) }),
    },
  };
}

const PLACES: readonly LoadPlace[] = ['here', 'kubernetes'];

function isPlace(text: string): text is LoadPlace {
  return (PLACES as readonly string[]).includes(text);
}

/** The load of the scenario, as far as there is one. */
async function usualLoad(
  { scenario: name, pace }: ShapeRequest,
  loaded: LoadedPlatform,
  edge: Edge,
): Promise<LoadSettings | undefined> {
  if (!existsSync(join(loaded.folder, 'scenarios', `${name}.ts`))) return undefined;
  const scenario = await loadScenario(name, pace, loaded, edge, () => true);
  for (const phase of scenario.phases) {
    // Of several tenants each has a load of its own, and none is the usual one.
    if (phase.phase === 'load' && !isShaped(phase) && phase.perTenant === undefined) {
      return { baseline: phase.rate, objectives: phase.objectives };
    }
  }
  return undefined;
}

interface Chosen {
  readonly objectives: readonly string[];
  readonly during?: readonly string[];
  readonly warnings: readonly string[];
}

function choose(
  shape: Shape,
  { objectives: asked }: ShapeRequest,
  usual: LoadSettings | undefined,
  platform: Platform,
): Chosen {
  if (asked !== undefined) {
    const known = Object.keys(platform.objectives);
    const unknown = asked.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw mistakesIn(
        `\`ordeal load ${shape.kind}\``,
        unknown.map((name) => ({
          path: '--objective',
          expected: `the name of an objective of ${platform.name}`,
          found: JSON.stringify(name),
          hint: hintFrom(name, known),
        })),
      );
    }
    return { objectives: asked, warnings: [] };
  }
  const names = usual?.objectives ?? Object.keys(platform.objectives);
  const windowed = names.filter((name) => isWindowed(platform.objectives[name], shape));
  const growing = shape.kind === 'soak' ? namesOf(platform, isGrowth) : [];
  const objectives = [...new Set([...windowed, ...growing])];
  if (objectives.length === 0) {
    throw new CommandError(
      `Nothing says what has to hold under load on ${platform.name}: name objectives on the client's signals in load.objectives of the platform file, or with --objective.`,
      exitCodes.usage,
    );
  }
  if (shape.kind === 'soak' && growing.length === 0) {
    const warning = `nothing is looked at for leaks: ${platform.name} has no objective that measures a leak or growth of latency`;
    return { objectives, warnings: [warning] };
  }
  return shape.kind === 'spike'
    ? ofSpike(shape, objectives, usual?.duringSpike, platform)
    : { objectives, warnings: [] };
}

/** The windows of a spike may be too short for what Prometheus scrapes: these objectives are then left to other shapes. */
function ofSpike(
  shape: Spike,
  names: readonly string[],
  during: readonly string[] | undefined,
  platform: Platform,
): Chosen {
  const shortest = Math.min(shape.beforeSeconds, shape.holdSeconds, shape.afterSeconds - shape.settleSeconds);
  const tooShort = shortest - LOST_SECONDS < leastWindowSeconds(platform);
  const fits = (name: string): boolean =>
    !tooShort || platform.objectives[name]?.signal.from !== 'prometheus';
  const left = [...new Set([...names, ...(during ?? [])])].filter((name) => !fits(name));
  return {
    objectives: names.filter(fits),
    ...(during === undefined ? {} : { during: during.filter(fits) }),
    warnings:
      left.length === 0
        ? []
        : [`not judged, as a window of ${shortest} s holds too few scrapes: ${left.join(', ')}`],
  };
}

/** Whether an objective can be judged in a window of a load. A stress test's steps are judged by the client alone. */
function isWindowed(objective: Objective | undefined, shape: Shape): boolean {
  if (objective === undefined || isGrowth(objective)) return false;
  const { signal } = objective;
  if (signal.from === 'client') return shape.kind !== 'stress' || objective.severity !== 'should';
  return signal.from === 'prometheus' && !wantsAnAlert(objective) && shape.kind !== 'stress';
}

function isGrowth({ signal }: Objective): boolean {
  return signal.measure === 'leak' || signal.measure === 'latency-growth';
}

/** Objectives on what the shape shows as a whole: the platform's, or else one that follows from the shape. */
function ownObjectives(
  shape: Shape,
  platform: Platform,
): { readonly names: readonly string[]; readonly added: Readonly<Record<string, Objective>> } {
  const own = ownObjective(shape);
  if (own === undefined) return { names: [], added: {} };
  const names = namesOf(platform, ({ signal }) => signal.measure === own.objective.signal.measure);
  if (names.length > 0) return { names, added: {} };
  const name = Object.hasOwn(platform.objectives, own.name) ? `${own.name} (${shape.kind})` : own.name;
  return { names: [name], added: { [name]: own.objective } };
}

function ownObjective(shape: Shape): { readonly name: string; readonly objective: Objective } | undefined {
  switch (shape.kind) {
    case 'stress':
      return {
        name: 'capacity',
        objective: {
          signal: { from: 'load', measure: 'capacity' },
          comparator: '>=',
          limit: shape.from,
          unit: 'iterations/s',
          source: 'this stress test: the rate that it begins with is to be borne',
        },
      };
    case 'spike':
      return {
        name: 'time to settle',
        objective: {
          signal: { from: 'load', measure: 'seconds-to-settle' },
          comparator: '<=',
          limit: shape.settleSeconds,
          unit: 's',
          source: 'this spike: the platform may take so long to settle (--settle)',
        },
      };
    default:
      return undefined;
  }
}

function namesOf(platform: Platform, wanted: (objective: Objective) => boolean): readonly string[] {
  return Object.entries(platform.objectives).flatMap(([name, objective]) =>
    wanted(objective) ? [name] : [],
  );
}
