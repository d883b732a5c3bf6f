import type { PlatformContext } from '@ordeal/shared/platform/platform';
import { placeholderSite } from '@ordeal/shared/platform/placeholder-site';
import type { LabSite } from '@ordeal/shared/platform/site';
import type { Edge } from '../edge.ts';

/** What a platform file may ask for. `mustRun`: without a lab the placeholder is an error instead. */
export function platformContext(
  edge: Edge,
  lab: LabSite | undefined,
): PlatformContext & { usedPlaceholder(): boolean; wantedContract(): string | undefined } {
  let placeholder = false;
  let wanted: string | undefined;
  return {
    env(name, fallback) {
      const value = edge.env[name] ?? fallback;
      if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
      return value;
    },
    lab(contract = 'agentic-platform') {
      wanted = contract;
      if (lab !== undefined && lab.platform !== contract) {
        throw new Error(
          `the lab "${lab.name}" serves ${lab.platform}, and this platform needs ${contract}; take it down (ordeal lab down --lab-name ${lab.name}), or choose another --lab-name`,
        );
      }
      if (lab !== undefined) return lab;
      placeholder = true;
      return { ...placeholderSite, platform: contract };
    },
    usedPlaceholder: () => placeholder,
    wantedContract: () => wanted,
  };
}
