import { z } from 'zod';

/** How a unit is, and which processes it has. A unit's `status` command prints it as one line of JSON. */
export const reportSchema = z.object({
  unit: z.string(),
  state: z.enum(['running', 'stopped', 'degraded']),
  ready: z.boolean(),
  /** A supervisor comes before what it supervises. */
  processes: z.array(
    z.object({
      name: z.string(),
      pid: z.number().int().positive(),
      identity: z.string().regex(/^[1-9]\d*@./),
    }),
  ),
  /** Why it is so, where that is known. */
  detail: z.string().optional(),
});

export type UnitReport = z.infer<typeof reportSchema>;

/** A report with its unit's name in the configuration. */
export interface NamedReport {
  readonly name: string;
  readonly report: UnitReport;
}

/** Identity of a unit: of all of its processes. Undefined when it has none. */
export function identityOf(report: UnitReport): string | undefined {
  return report.processes.length === 0
    ? undefined
    : report.processes
        .map(({ identity }) => identity)
        .sort()
        .join(' ');
}

/** Whether none of the processes in `before` is among those of now. */
export function sharesNothing(before: string | undefined, now: string | undefined): boolean {
  const old = new Set(before?.split(' '));
  return (now?.split(' ') ?? []).every((identity) => !old.has(identity));
}

/** Throws when there is nothing to hit: a fault that hits nothing proves nothing. */
export function requireProcesses(name: string, report: UnitReport): void {
  if (identityOf(report) === undefined) {
    const why = report.detail === undefined ? '' : `: ${report.detail}`;
    throw new Error(
      `"${name}" has no processes (state: ${report.state}${why}): there is nothing to hit. Start it first.`,
    );
  }
}
