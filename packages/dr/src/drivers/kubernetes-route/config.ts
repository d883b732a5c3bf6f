import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseGatewayRoute, type GatewayRouteConfig } from './gateway/config.ts';
import { parseIngressRoute, type IngressRouteConfig } from './ingress/config.ts';
import { parseServiceRoute, type ServiceRouteConfig } from './service/config.ts';

/** What moves traffic in a cluster: a Service's selector, the weights of an HTTPRoute, or those of a canary Ingress. */
export type KubernetesRouteConfig = ServiceRouteConfig | GatewayRouteConfig | IngressRouteConfig;

const variants: Readonly<Record<string, (raw: unknown, path: string) => Result<KubernetesRouteConfig>>> = {
  service: parseServiceRoute,
  gateway: parseGatewayRoute,
  ingress: parseIngressRoute,
};

/** Checks a `kubernetes` route's configuration as a platform file states it. Without a `kind` it is a Service's. */
export function parseKubernetesRoute(raw: unknown, path: string): Result<KubernetesRouteConfig> {
  const kind = kindOf(raw);
  const parse = typeof kind === 'string' && Object.hasOwn(variants, kind) ? variants[kind] : undefined;
  if (parse !== undefined) return parse(raw, path);
  return {
    ok: false,
    diagnostics: [
      {
        path: `${path}.kind`,
        expected: `one of ${Object.keys(variants).join(', ')}`,
        found: JSON.stringify(kind) ?? 'nothing',
        hint: 'a kubernetes route is kind: service (a selector), gateway (an HTTPRoute) or ingress (a canary of ingress-nginx)',
      },
    ],
  };
}

function kindOf(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('kind' in raw) || raw.kind === undefined) return 'service';
  return raw.kind;
}
