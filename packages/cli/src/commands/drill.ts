import { mustAnswerIn } from '../approvals/by-file.ts';
import { mustListen } from '../approvals/by-http.ts';
import type { Edge } from '../edge.ts';
import { askingOf, drillRequest, type DrillFlags } from '../drill-flags.ts';
import type { RunOptions } from '../program.ts';
import { planCommand } from './plan.ts';
import { runCommand } from './run.ts';

export interface DrillOptions extends RunOptions, DrillFlags {}

/** `ordeal drill [kind]`: the drills of a kind; without one, all drills of a scenario. */
export async function drillCommand(
  kind: string | undefined,
  options: DrillOptions,
  edge: Edge,
): Promise<number> {
  const drills = drillRequest(kind, options, Date.now());
  const asking = askingOf(options);
  if (options.dryRun !== true) {
    if (asking?.by.how === 'http') await mustListen(asking.by.listen);
    if (asking?.by.how === 'file') mustAnswerIn(asking.by.path);
  }
  const all: RunOptions = {
    ...options,
    ...(drills === undefined ? {} : { drills }),
    ...(asking === undefined ? {} : { asking }),
  };
  return options.dryRun === true ? planCommand('drill', all, edge) : runCommand('drill', all, edge);
}
