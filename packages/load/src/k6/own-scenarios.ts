/** Options of k6 as far as scenarios are concerned. */
export interface OwnOptions {
  readonly scenarios?: Readonly<Record<string, OwnScenario>>;
  readonly vus?: number;
  readonly iterations?: number;
  readonly duration?: string;
  readonly stages?: readonly Stage[];
  readonly tags?: object;
  /** Requests a second at most; 0 or less is no limit. */
  readonly rps?: number | null;
}

export interface OwnScenario {
  readonly exec?: string;
  readonly startTime?: string | number;
  readonly duration?: string | number;
  readonly stages?: readonly Stage[];
}

interface Stage {
  readonly duration?: string | number;
  readonly target?: number;
}

/** The scenarios that options name, or that k6 makes of their short forms. */
export function scenariosOf(options: OwnOptions): Readonly<Record<string, OwnScenario>> {
  const { scenarios, vus = 1, iterations, duration, stages } = options;
  if (scenarios !== undefined) return scenarios;
  const short =
    stages !== undefined
      ? { executor: 'ramping-vus', startVUs: vus, stages }
      : iterations !== undefined
        ? {
            executor: 'shared-iterations',
            vus,
            iterations,
            ...(duration === undefined ? {} : { maxDuration: duration }),
          }
        : duration !== undefined
          ? { executor: 'constant-vus', vus, duration }
          : { executor: 'shared-iterations', vus: 1, iterations: 1 };
  return { default: short };
}

/** Seconds from the beginning until which scenarios run by their own plan; those that count iterations run on. */
export function plannedSeconds(scenarios: Readonly<Record<string, OwnScenario>>): number {
  return Math.max(
    0,
    ...Object.values(scenarios).map(
      ({ startTime, duration, stages = [] }) =>
        secondsOf(startTime) +
        secondsOf(duration) +
        stages.reduce((sum, stage) => sum + secondsOf(stage.duration), 0),
    ),
  );
}

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration as k6 reads it: "1m30s", or milliseconds. */
function secondsOf(duration: string | number | undefined): number {
  if (duration === undefined) return 0;
  if (typeof duration === 'number') return duration / 1000;
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}
