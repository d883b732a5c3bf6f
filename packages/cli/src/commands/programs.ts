import { reasonOf } from '@ordeal/shared/reason-of';
import { components, type ComponentName } from '@ordeal/shared/toolchain/components';
import { locate, requireTools, type Tools } from '@ordeal/shared/toolchain/find';
import type { OptionalComponentName } from '@ordeal/shared/toolchain/optional-components';
import { CommandError, exitCodes } from '../command-error.ts';
import { toolCache, type Edge } from '../edge.ts';

/** Paths of programs that a command needs. One clear error names all that are missing. */
export function requirePrograms(
  edge: Edge,
  names: readonly ComponentName[],
): Readonly<Record<string, string>> {
  const places = { env: edge.env, cacheDir: toolCache(edge) };
  const located = components
    .filter((component) => names.includes(component.name))
    .map((one) => locate(one, places));
  const missing = located.flatMap((one) => (one.found ? [] : [`  ${one.component.name}: ${one.reason}`]));
  if (missing.length > 0) {
    throw new CommandError(
      `Missing programs:\n${missing.join('\n')}\nRun \`npm run setup\`, or see \`ordeal doctor\`.`,
      exitCodes.usage,
    );
  }
  return Object.fromEntries(located.map((one) => [one.component.name, one.found ? one.path : '']));
}

/** Paths of all programs, and of Node, for a lab. `wanted` is what this one needs besides. */
export function labPrograms(
  edge: Edge,
  wanted: readonly OptionalComponentName[],
): Tools & { readonly node: string } {
  try {
    return { ...requireTools({ env: edge.env, cacheDir: toolCache(edge) }, wanted), node: edge.node };
  } catch (error) {
    throw new CommandError(reasonOf(error), exitCodes.usage, [], error);
  }
}
