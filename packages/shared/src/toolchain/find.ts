import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { components, type Component, type ComponentName } from './components.ts';
import { optionalComponents, type OptionalComponentName } from './optional-components.ts';

/** Where a component was found: `path` is the program itself, `by` says which rule found it. */
export type Located =
  | {
      readonly component: Component;
      readonly found: true;
      readonly path: string;
      readonly by: 'override' | 'cache' | 'place' | 'path';
    }
  | { readonly component: Component; readonly found: false; readonly reason: string };

export interface SearchPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory of the programs that the project built for itself. */
  readonly cacheDir: string;
}

/** Finds one component: its override, else the project's cache, else the usual places, else PATH. */
export function locate(component: Component, places: SearchPlaces): Located {
  const override = places.env[component.override];
  if (override !== undefined && override !== '') {
    const candidates = isDirectory(override)
      ? component.programs.map((program) => join(override, program))
      : [override];
    const path = candidates.find(isExecutable);
    return path === undefined
      ? {
          component,
          found: false,
          reason: `${component.override} is set to ${override}, where no executable ${component.programs.join(' or ')} is`,
        }
      : { component, found: true, path, by: 'override' };
  }
  const path = (places.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  const groups = [
    {
      by: 'cache' as const,
      dirs: component.places.filter((place) => place === '{cache}').map(() => places.cacheDir),
    },
    { by: 'place' as const, dirs: component.places.filter((place) => place !== '{cache}') },
    { by: 'path' as const, dirs: [...path, '/usr/sbin', '/usr/local/bin'] },
  ];
  for (const { by, dirs } of groups) {
    for (const dir of dirs) {
      const hit = component.programs.map((program) => join(dir, program)).find(isExecutable);
      if (hit !== undefined) return { component, found: true, path: hit, by };
    }
  }
  return {
    component,
    found: false,
    reason: `no ${component.programs.join(' or ')} in its usual places or on PATH`,
  };
}

/** Finds all components, in their order. */
export function locateAll(places: SearchPlaces): readonly Located[] {
  return components.map((component) => locate(component, places));
}

/** Paths of programs, by their components. Those that are optional are there when they were asked for. */
export type Tools = Readonly<Record<ComponentName, string> & Partial<Record<OptionalComponentName, string>>>;

/** Paths of all components, and of those optional ones that are wanted. Throws one error that names every missing one. */
export function requireTools(places: SearchPlaces, wanted: readonly OptionalComponentName[] = []): Tools {
  const optional = optionalComponents.filter(({ name }) => wanted.includes(name));
  const located = [...components, ...optional].map((component) => locate(component, places));
  const missing = located.flatMap((one) => (one.found ? [] : [one]));
  if (missing.length > 0) {
    const lines = missing.map(({ component, reason }) => `${component.name}: ${reason}`);
    // A set-up without their names leaves the optional ones out.
    const names = optional.filter((one) => missing.some(({ component }) => component === one));
    const setUp = ['npm run setup', ...(names.length === 0 ? [] : ['--', ...names.map(({ name }) => name)])];
    throw new Error(
      `Missing programs (run \`${setUp.join(' ')}\`, or see \`ordeal doctor\`):\n  ${lines.join('\n  ')}`,
    );
  }
  return Object.fromEntries(
    located.map((one) => [one.component.name, one.found ? one.path : '']),
  ) as unknown as Tools;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
