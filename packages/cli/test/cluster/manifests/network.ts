import type { Manifest } from './kustomization.ts';
import type { Labels } from './site.ts';

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In';
    readonly values: readonly string[];
  }[];
}

interface Ingress {
  readonly from: readonly { readonly podSelector: Selector }[];
  readonly ports: readonly { readonly port: number }[];
}

/**
 * Whether NetworkPolicies let a pod of their namespace (without `from`: somebody else) reach a port of another one.
 * Those of this project have ingress rules by pods and ports alone.
 */
export function admits(
  policies: readonly Manifest[],
  from: Labels | undefined,
  to: Labels,
  port: number,
): boolean {
  const about = policies.filter(({ spec }) => takes(spec.podSelector as Selector, to));
  if (about.length === 0) return true;
  return about.some(({ spec }) =>
    (spec.ingress as readonly Ingress[]).some(
      (rule) =>
        rule.ports.some((one) => one.port === port) &&
        rule.from.some(({ podSelector }) => from !== undefined && takes(podSelector, from)),
    ),
  );
}

function takes({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
