import type { KubernetesObject } from '../../kubernetes/api.ts';

const prefix = 'nginx.ingress.kubernetes.io/';

export const weightAnnotation = `${prefix}canary-weight`;

type Annotations = Readonly<Record<string, string>>;

/** Whether the controller takes an Ingress for a canary. */
export function isCanary({ metadata }: KubernetesObject): boolean {
  return /^(1|t|T|true|TRUE|True)$/.test(metadata?.annotations?.[`${prefix}canary`] ?? '');
}

/** The canary's weight, and what it is out of. */
export interface CanaryWeight {
  readonly weight: number;
  readonly total: number;
}

/**
 * The canary's weight as ingress-nginx takes it. Throws where something else than the weight would decide who goes
 * where, or where the controller would take a mistake for something.
 */
export function canaryWeight(canary: Annotations, stable: Annotations, name: string): CanaryWeight {
  if (canary[`${prefix}canary`] !== 'true') {
    throw new Error(
      `expected ${name} to be a canary, found ${prefix}canary: ${canary[`${prefix}canary`] ?? 'nothing'}: set it to "true"`,
    );
  }
  const past = ['canary-by-header', 'canary-by-cookie'].filter((one) => (canary[prefix + one] ?? '') !== '');
  if (past.length > 0) {
    throw new Error(
      `expected ${name} to be led to by its weight alone, found ${past.map((one) => prefix + one).join(', ')}: clients ` +
        'would go past the weight',
    );
  }
  const sticky = [stable, canary].some((one) => one[`${prefix}affinity`] === 'cookie');
  if (sticky && canary[`${prefix}affinity-canary-behavior`] !== 'legacy') {
    throw new Error(
      `expected no affinity beside ${name}, found ${prefix}affinity: cookie: clients would stay where they are, whatever ` +
        `the weight; ${prefix}affinity-canary-behavior: legacy on the canary lets the weight decide`,
    );
  }
  const weight = whole(canary, 'canary-weight', '0', name);
  // A smaller total is taken for 100.
  const total = Math.max(100, whole(canary, 'canary-weight-total', '100', name));
  return { weight, total };
}

function whole(annotations: Annotations, annotation: string, otherwise: string, name: string): number {
  const text = annotations[prefix + annotation] ?? otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(
    `expected a whole number in ${prefix}${annotation} of ${name}, found ${JSON.stringify(text)}`,
  );
}
