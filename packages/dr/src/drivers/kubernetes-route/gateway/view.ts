import { z } from 'zod';
import type { KubernetesObject } from '../../kubernetes/api.ts';
import { routeObject, type RouteObject } from '../route-object.ts';
import type { GatewayRouteConfig } from './config.ts';
import { notTakenUp } from './parents.ts';

const backendRef = z.looseObject({
  group: z.string().default(''),
  kind: z.string().default('Service'),
  name: z.string(),
  namespace: z.string().optional(),
  weight: z.int().default(1),
});

const spec = z.object({
  rules: z
    .array(z.looseObject({ name: z.string().optional(), backendRefs: z.array(backendRef).optional() }))
    .default([]),
});

type Rule = z.infer<typeof spec>['rules'][number];

export function backendsOf(rule: Rule | undefined): NonNullable<Rule['backendRefs']> {
  return rule?.backendRefs ?? [];
}

/** The HTTPRoute, as far as its weights lead to regions. */
export interface HttpRouteView extends RouteObject {
  /** All of its rules, with everything that is in them: a patch replaces the whole list. */
  readonly rules: readonly Rule[];
  /** Places of the rules that this route moves, at least one. */
  readonly moved: readonly number[];
  /** How many of those rules lead to each region, by their weights. */
  readonly weighed: Readonly<Record<string, 'all' | 'some' | 'none'>>;
  /** Why the controller does not show what the object says; undefined when it does. */
  readonly notTakenUp: string | undefined;
}

export function httpRoutePath({ namespace, httpRoute }: GatewayRouteConfig): string {
  return `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${httpRoute}`;
}

export function nameOf({ namespace, httpRoute }: GatewayRouteConfig): string {
  return `HTTPRoute ${namespace}/${httpRoute}`;
}

/** Throws when a rule that is to move does not lead to exactly the Services of the regions. */
export function httpRouteView(config: GatewayRouteConfig, object: KubernetesObject): HttpRouteView {
  const { rules } = spec.parse(object.spec ?? {});
  const moved = movedRules(config, rules);
  for (const place of moved) mustLeadToRegions(config, rules, place);
  const weighed = (region: string): 'all' | 'some' | 'none' => {
    const leads = (place: number): boolean =>
      backendsOf(rules[place]).some((ref) => isOf(config, region, ref) && ref.weight > 0);
    if (moved.every(leads)) return 'all';
    return moved.some(leads) ? 'some' : 'none';
  };
  return {
    ...routeObject(nameOf(config), object, saysOf(config, rules, moved)),
    rules,
    moved,
    weighed: Object.fromEntries(Object.keys(config.backends).map((region) => [region, weighed(region)])),
    notTakenUp: notTakenUp(object, config.namespace),
  };
}

/** The rules with the weights that lead to these regions alone. */
export function rulesFor(
  config: GatewayRouteConfig,
  view: HttpRouteView,
  regions: readonly string[],
): { readonly rules: readonly Rule[]; readonly says: string } {
  const rules = view.rules.map((rule, place) => {
    if (!view.moved.includes(place)) return rule;
    const backendRefs = backendsOf(rule).map((ref) => {
      const region = Object.keys(config.backends).find((one) => isOf(config, one, ref)) ?? '';
      return { ...ref, weight: regions.includes(region) ? (config.weights[region] ?? 1) : 0 };
    });
    return { ...rule, backendRefs };
  });
  return { rules, says: saysOf(config, rules, view.moved) };
}

/** Why a switch away and back would leave other weights than those that are there; undefined when it would not. */
export function whyOtherWeights(config: GatewayRouteConfig, view: HttpRouteView): string | undefined {
  const leading = Object.keys(config.backends).filter((region) => view.weighed[region] !== 'none');
  const { says } = rulesFor(config, view, leading);
  if (says === view.says) return undefined;
  const weightsOf = (region: string): number[] =>
    view.moved.flatMap((place) =>
      backendsOf(view.rules[place]).flatMap((ref) => (isOf(config, region, ref) ? [ref.weight] : [])),
    );
  const found = leading.map((region) => [region, new Set(weightsOf(region))] as const);
  const weights = found.map(([region, own]) => `${JSON.stringify(region)}: ${[...own].join()}`).join(', ');
  const todo = found.every(([, own]) => own.size === 1)
    ? `put weights: { ${weights} }`
    : 'give all rules that move the same weights, and put them into weights';
  return `${view.name} says ${view.says}, and the way back would write ${says}: ${todo}`;
}

function movedRules(
  { httpRoute, rules: wanted, namespace }: GatewayRouteConfig,
  rules: readonly Rule[],
): number[] {
  if (wanted === undefined) {
    // A rule that only redirects has no backends.
    const leading = rules.flatMap((rule, place) => (backendsOf(rule).length > 0 ? [place] : []));
    if (leading.length > 0) return leading;
    throw new Error(`expected rules with backends in HTTPRoute ${namespace}/${httpRoute}, found none`);
  }
  return wanted.map((one) => {
    const place = typeof one === 'number' ? one : rules.findIndex(({ name }) => name === one);
    if (rules[place] !== undefined) return place;
    throw new Error(
      `expected a rule ${one} of HTTPRoute ${namespace}/${httpRoute}, found ${rules.map(titleOf).join(', ') || 'none'}`,
    );
  });
}

function titleOf({ name }: Rule, place: number): string {
  return name === undefined ? String(place) : `${place} (${name})`;
}

/** What leads elsewhere would go on leading there, and a region without a place in it gets no traffic. */
function mustLeadToRegions(config: GatewayRouteConfig, rules: readonly Rule[], place: number): void {
  const refs = backendsOf(rules[place]);
  const regions = Object.keys(config.backends);
  const foreign = refs.filter((ref) => !regions.some((region) => isOf(config, region, ref)));
  const missing = regions.filter((region) => refs.filter((ref) => isOf(config, region, ref)).length !== 1);
  if (foreign.length === 0 && missing.length === 0) return;
  const found = refs.map(({ kind, namespace, name }) => `${kind} ${namespace ?? config.namespace}/${name}`);
  throw new Error(
    `expected rule ${place} of ${nameOf(config)} to lead to the Services ${Object.values(config.backends).join(', ')} of ` +
      `namespace ${config.namespace}, each once, found ${found.join(', ') || 'none'}: give a region without traffic the ` +
      'weight 0, and name the rules that are to move in rules when there are others',
  );
}

function isOf(
  config: GatewayRouteConfig,
  region: string,
  ref: {
    readonly group: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string | undefined;
  },
): boolean {
  return (
    ref.group === '' &&
    ref.kind === 'Service' &&
    ref.name === config.backends[region] &&
    (ref.namespace ?? config.namespace) === config.namespace
  );
}

function saysOf(config: GatewayRouteConfig, rules: readonly Rule[], moved: readonly number[]): string {
  const weights = (rule: Rule | undefined): string =>
    Object.keys(config.backends)
      .map(
        (region) =>
          `${region}=${backendsOf(rule).find((ref) => isOf(config, region, ref))?.weight ?? 'none'}`,
      )
      .join(' ');
  return moved.map((place) => `rule ${place}: ${weights(rules[place])}`).join('; ');
}
