import type { DescribedFault, Population } from '../../src/scenario/described-fault.ts';

/** A fault as a plan sees it: a kill of these targets, of which nothing is left when it is over. */
export function described(
  targets: readonly string[] | undefined,
  changes: Partial<DescribedFault> & { readonly hits?: number; readonly population?: Population } = {},
): DescribedFault {
  const { hits = targets?.length ?? 0, population, ...rest } = changes;
  return {
    text: 'it breaks',
    action: 'kill',
    ending: { by: 'itself' },
    reach: targets === undefined ? undefined : { targets, hits, population },
    ...rest,
  };
}
