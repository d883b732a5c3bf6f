import type { K6OperatorSettings } from '@ordeal/load/distributed/settings';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import type { Platform } from '@ordeal/shared/platform/platform';

/** Where load can come from besides this machine, with the settings checked. */
export interface LoadGenerators {
  readonly kubernetes?: K6OperatorSettings;
}

/** Checks the settings of what makes load; gives all complaints at once. */
export async function composeGenerators(
  { generators }: Platform,
  shown: string,
): Promise<Result<LoadGenerators>> {
  if (generators?.kubernetes === undefined) return { ok: true, value: {} };
  const { parseK6Operator } = await import('@ordeal/load/distributed/settings');
  const parsed = parseK6Operator(generators.kubernetes, `${shown}: generators.kubernetes`);
  return parsed.ok ? { ok: true, value: { kubernetes: parsed.value } } : parsed;
}
