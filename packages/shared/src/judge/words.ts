/** A quantile as people say it: 0.95 is p95, 0.999 is p99.9. */
export function percentile(quantile: number): string {
  return `p${Number((quantile * 100).toFixed(6))}`;
}
