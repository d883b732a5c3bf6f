import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';
import type { Journey } from '@ordeal/shared/journey/journey';
import { parsePlatform } from '@ordeal/shared/platform/parse-platform';
import type { Platform, PlatformFile } from '@ordeal/shared/platform/platform';
import type { LoadPlace } from '@ordeal/shared/scenario/scenario';
import type { LabSite } from '@ordeal/shared/platform/site';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes, mistakesIn } from '../command-error.ts';
import { composeDrivers, type Drivers } from '../compose/drivers.ts';
import { composeGenerators, type LoadGenerators } from '../compose/generators.ts';
import type { Edge } from '../edge.ts';
import { findPlatform } from './find-platform.ts';
import { importFile, shownPath } from './import-file.ts';
import { platformContext } from './platform-context.ts';

/** A platform that was read, checked, and whose drivers took their settings. */
export interface LoadedPlatform {
  readonly platform: Platform;
  readonly folder: string;
  readonly journeys: Readonly<Record<string, Journey>>;
  readonly drivers: Drivers;
  readonly generators: LoadGenerators;
  /** The file asked for a lab, and none is up: it can be planned by, not run. */
  readonly needsLab: boolean;
  /** Whose contract the lab has to serve for it; undefined when it does not run on the lab. */
  readonly labContract: string | undefined;
}

/** Reads a platform; every mistake in it and in its drivers' settings comes at once. */
export async function loadPlatform(
  nameOrPath: string,
  edge: Edge,
  lab: LabSite | undefined,
  on: LoadPlace = 'here',
): Promise<LoadedPlatform> {
  const folder = findPlatform(nameOrPath, edge);
  const onCluster = join(folder, 'kubernetes.ts');
  const file = on === 'kubernetes' && existsSync(onCluster) ? onCluster : join(folder, 'platform.ts');
  const shown = shownPath(edge.cwd, file);
  const context = platformContext(edge, lab);
  const parsed = parsePlatform(build(await importFile(file, 'The platform file'), context, shown), shown);
  if (!parsed.ok) throw mistakesIn(shown, parsed.diagnostics);
  const platform = parsed.value;

  const { journeys, diagnostics } = await loadJourneys(platform, shown);
  const drivers = await composeDrivers(platform, shown);
  const generators = await composeGenerators(platform, shown);
  const mistakes = [
    ...diagnostics,
    ...(drivers.ok ? [] : drivers.diagnostics),
    ...(generators.ok ? [] : generators.diagnostics),
  ];
  if (mistakes.length > 0 || !drivers.ok || !generators.ok) throw mistakesIn(shown, mistakes);
  return {
    platform,
    folder,
    journeys,
    drivers: drivers.value,
    generators: generators.value,
    needsLab: context.usedPlaceholder(),
    labContract: context.wantedContract(),
  };
}

function build(
  module: Record<string, unknown>,
  context: ReturnType<typeof platformContext>,
  shown: string,
): unknown {
  const exported = module['default'] as PlatformFile | undefined;
  if (typeof exported?.build !== 'function') {
    throw mistakesIn(shown, [
      {
        path: `${shown}: default`,
        expected: 'export default definePlatform(context => ({ … }))',
        found: exported === undefined ? 'no default export' : 'something else',
        hint: "import { definePlatform } from '@ordeal/shared/platform/platform'",
      },
    ]);
  }
  try {
    return exported.build(context);
  } catch (error) {
    const message = reasonOf(error);
    throw new CommandError(`${shown}: while it was read: ${message}`, exitCodes.usage, [], error);
  }
}

async function loadJourneys(
  platform: Platform,
  shown: string,
): Promise<{ journeys: Record<string, Journey>; diagnostics: Diagnostic[] }> {
  const journeys: Record<string, Journey> = {};
  const diagnostics: Diagnostic[] = [];
  const read = await Promise.all(
    Object.entries(platform.journeys).map(
      async ([name, { file }]) => [name, await loadJourney(name, file, shown)] as const,
    ),
  );
  for (const [name, journey] of read) {
    if (journey.ok) journeys[name] = journey.value;
    else diagnostics.push(...journey.diagnostics);
  }
  return { journeys, diagnostics };
}

async function loadJourney(name: string, file: URL, shown: string): Promise<Result<Journey>> {
  const path = `${shown}: journeys[${JSON.stringify(name)}].file`;
  try {
    const module = await importFile(fileURLToPath(file), 'The journey');
    const journey = module['default'] as Journey | undefined;
    if (typeof journey?.run === 'function' && typeof journey.name === 'string') {
      return { ok: true, value: journey };
    }
    return mistake({
      path,
      expected: 'a file that exports defineJourney({ … }) as default',
      found: `no such default export in ${file.pathname}`,
      hint: "import { defineJourney } from '@ordeal/shared/journey/journey'",
    });
  } catch (error) {
    return mistake({
      path,
      expected: 'a journey that can be imported',
      found: reasonOf(error),
      hint: 'correct the file, or its address (new URL("journeys/x.ts", import.meta.url))',
    });
  }
}

function mistake(diagnostic: Diagnostic): Result<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
