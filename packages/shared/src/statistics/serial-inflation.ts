import { ranks } from './order.ts';

/** Correlations at lags beyond this share of the series are mostly noise. */
const LAGS = 0.25;
/** Two-sided 95 %: a correlation of independent values is seldom further from zero than this over √n. */
const SIGNIFICANT = 1.96;

/**
 * How many times larger the variance of Kendall's S is than for independent values, because values that follow each
 * other are alike: n/n* of Hamed and Rao, "A modified Mann–Kendall trend test for autocorrelated data", J. Hydrology
 * 204, 1998, eq. 17: 1 + 2 / (n (n − 1) (n − 2)) · Σ (n − i) (n − i − 1) (n − i − 2) ρ(i), where ρ(i) is the
 * correlation of the ranks of the detrended values at lag i.
 *
 * The correlations are taken from all strata together, of which each is a list of detrended values in order of time.
 * What is seen of a detrended series is too small by about (2 + 4ρ) / n (Marriott and Pope, "Bias in the estimation of
 * autocorrelations", Biometrika 41, 1954), which is added. Only significant ones count. Negative ones would make it smaller than 1, and the interval narrower: they do not.
 */
export function serialInflation(strata: readonly (readonly number[])[]): (points: number) => number {
  const centred = strata.filter((stratum) => stratum.length >= 3).map(centredRanks);
  const total = centred.reduce((sum, stratum) => sum + stratum.length, 0);
  const longest = Math.max(0, ...centred.map((stratum) => stratum.length));
  const power = centred.flat().reduce((sum, rank) => sum + rank * rank, 0);
  const correlations: number[] = [];
  for (let lag = 1; lag <= LAGS * longest; lag += 1) {
    let product = 0;
    let pairs = 0;
    for (const stratum of centred) {
      for (let at = 0; at + lag < stratum.length; at += 1) {
        product += stratum[at]! * stratum[at + lag]!;
        pairs += 1;
      }
    }
    const seen = power === 0 || pairs === 0 ? 0 : product / power;
    const correlation = Math.min(1, seen + (2 + 4 * seen) / total);
    correlations.push(seen > SIGNIFICANT / Math.sqrt(total) ? correlation : 0);
  }
  return (n) => {
    if (n < 3) return 1;
    const weighted = correlations.reduce((sum, correlation, index) => {
      const rest = n - index - 1;
      return rest < 3 ? sum : sum + rest * (rest - 1) * (rest - 2) * correlation;
    }, 0);
    return 1 + (2 * weighted) / (n * (n - 1) * (n - 2));
  };
}

/** Ranks around zero, brought to one scale so that strata of several lengths can be taken together. */
function centredRanks(values: readonly number[]): number[] {
  const middle = (values.length + 1) / 2;
  return ranks(values).map((rank) => (rank - middle) / values.length);
}
