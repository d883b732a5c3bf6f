import type { Loss } from '@ordeal/shared/drivers/fault';
import type { FaultSpec } from '../../../chaos-mesh/one-shot.ts';
import type { PodSelector } from '../../../chaos-mesh/types/common.ts';

/** What every spec begins with: which pods, and how many of them. */
export interface Aim {
  readonly selector: PodSelector;
  readonly mode: 'all' | 'fixed' | 'fixed-percent';
  readonly value?: string;
}

/** One kind of fault: how its settings become a spec of Chaos Mesh. Pure. */
export interface FaultType<Settings> {
  spec(settings: Settings, aim: Aim): FaultSpec;
  /** For people, without the targets. */
  describe(settings: Settings): string;
  /** How it takes its pods away; absent where it leaves them there. */
  readonly loss?: (settings: Settings) => Loss | undefined;
}
