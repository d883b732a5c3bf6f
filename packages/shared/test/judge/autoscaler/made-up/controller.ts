import type { AutoscalerSeen } from '../../../../src/judge/autoscaler/watch.ts';

/** How fast it may scale in one direction: so many pods, or so many percent of them, in so many seconds. */
export interface Policy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly seconds: number;
}

export interface Rules {
  readonly bounds: AutoscalerSeen['replicas'];
  readonly behavior: AutoscalerSeen['behavior'];
  readonly policies: { readonly up: Policy; readonly down: Policy };
}

/** A decision, with the conditions that are written beside it. */
export interface Decided {
  readonly desired: number;
  readonly able: string;
  /** Reason why it is limited; null where it is not. */
  readonly limited: string | null;
}

/** What the controller keeps in its memory, and has forgotten when it begins anew. `at` is in seconds. */
interface Kept {
  readonly at: number;
  readonly count: number;
}

/**
 * How the controller of Kubernetes comes from what its metrics ask for to what it wants: written after
 * `pkg/controller/podautoscaler/horizontal.go` (1.36), and not after what judges it.
 */
export function startController({ bounds, behavior, policies }: Rules, replicas: number, begins: number) {
  const recommended: Kept[] = [{ at: begins, count: replicas }];
  const scaled: Kept[] = [];

  return function decide(at: number, current: number, asked: number): Decided {
    const decided = behavior === null ? byDefault(at, current, asked) : byRules(at, current, asked, behavior);
    recommended.push({ at, count: asked });
    if (decided.desired === current) return decided;
    scaled.push({ at, count: decided.desired - current });
    return { ...decided, able: 'SucceededRescale' };
  };

  function recent(at: number, seconds: number): readonly number[] {
    return recommended.filter((one) => one.at > at - seconds).map(({ count }) => count);
  }

  function byDefault(at: number, current: number, asked: number): Decided {
    const stable = Math.max(asked, ...recent(at, 300));
    const able = stable === asked ? 'ReadyForNewScale' : 'ScaleDownStabilized';
    const fastest = Math.max(2 * current, 4);
    const most = Math.min(bounds.most, fastest);
    if (stable < bounds.least) return { desired: bounds.least, able, limited: 'TooFewReplicas' };
    if (stable <= most) return { desired: stable, able, limited: null };
    return { desired: most, able, limited: bounds.most > fastest ? 'ScaleUpLimit' : 'TooManyReplicas' };
  }

  function byRules(
    at: number,
    current: number,
    asked: number,
    { up, down }: NonNullable<AutoscalerSeen['behavior']>,
  ): Decided {
    const lowest = Math.min(asked, ...recent(at, up.windowSeconds ?? 0));
    const highest = Math.max(asked, ...recent(at, down.windowSeconds ?? 300));
    const stable = Math.min(Math.max(current, lowest), highest);
    const held = asked >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized';
    const able = stable === asked ? 'ReadyForNewScale' : held;
    if (stable > current) {
      const fastest = Math.max(current, reach(at, current, policies.up, 1));
      const most = Math.min(bounds.most, fastest);
      if (stable <= most) return { desired: stable, able, limited: null };
      return { desired: most, able, limited: bounds.most > fastest ? 'ScaleUpLimit' : 'TooManyReplicas' };
    }
    if (stable < current) {
      const fastest = Math.min(current, reach(at, current, policies.down, -1));
      const least = Math.max(bounds.least, fastest);
      if (stable >= least) return { desired: stable, able, limited: null };
      return { desired: least, able, limited: bounds.least < fastest ? 'ScaleDownLimit' : 'TooFewReplicas' };
    }
    return { desired: stable, able, limited: null };
  }

  function reach(at: number, current: number, { type, value, seconds }: Policy, sign: 1 | -1): number {
    const since = scaled.filter((one) => one.at > at - seconds).reduce((sum, { count }) => sum + count, 0);
    const began = current - since;
    if (type === 'Pods') return began + sign * value;
    const share = began * (1 + (sign * value) / 100);
    return sign > 0 ? Math.ceil(share) : Math.trunc(share);
  }
}
