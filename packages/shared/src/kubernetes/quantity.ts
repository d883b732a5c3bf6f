const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A quantity as Kubernetes writes it (`250m`, `1Gi`, `1e3`), as a number; the client library keeps its own reader to
 * itself. Throws for what is none.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantity(written: string): number {
  const [, figure, suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]?i?)$/.exec(written) ?? [];
  const value = Number(figure) * (factors[suffix] ?? Number.NaN);
  if (Number.isNaN(value)) throw new Error(`"${written}" is no quantity of Kubernetes`);
  return value;
}
