import type { Objective } from '../../objectives/objective.ts';
import type { ClientReports } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';
import { clientGrowth, type LatencyGrowth } from '../leaks/client-growth.ts';
import { growthMeasurement } from '../leaks/growth-measurement.ts';

/** Growth of a quantile of the latency that goes on. What lies across the window's edges is left out. */
export function clientLatencyGrowth(
  { wholes, whole, seconds }: ClientReports,
  objective: Objective,
  signal: LatencyGrowth,
): Measurement {
  return growthMeasurement(clientGrowth(wholes, signal, objective), {
    unit: objective.unit,
    samples: whole.requests,
    seconds,
  });
}
