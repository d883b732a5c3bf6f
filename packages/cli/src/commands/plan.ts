import { randomInt } from 'node:crypto';
import { notRunInWords } from '@ordeal/shared/scenario/not-run';
import { otherObjectivesInWords } from '@ordeal/shared/scenario/other-objectives';
import type { Plan } from '@ordeal/shared/scenario/plan';
import type { ScenarioRunKind } from '@ordeal/shared/record/record';
import { readSite } from '@ordeal/lab/read-site';
import { exitCodes, listDiagnostics } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import type { RunOptions } from '../program.ts';
import { prepare } from './prepare.ts';

/** `ordeal plan`: what would be done to what and for how long. Does nothing. */
export async function planCommand(kind: ScenarioRunKind, options: RunOptions, edge: Edge): Promise<number> {
  const site = readSite(options.labName);
  const { plan, loaded } = await prepare(kind, options, options.seed ?? randomInt(2 ** 31), edge, site);
  if (options.json === true) edge.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else edge.stdout.write(renderPlan(plan, loaded.needsLab ? options.labName : undefined));
  if (plan.undecidable.length > 0) return exitCodes.usage;
  return plan.refusals.length > 0 ? exitCodes.refused : exitCodes.pass;
}

function otherObjectivesIn({ otherObjectives }: Plan): readonly string[] {
  const said = otherObjectivesInWords(otherObjectives);
  return said === undefined ? [] : [said, ''];
}

function renderPlan(plan: Plan, absentLab: string | undefined): string {
  const lines = [
    `${plan.scenario} of ${plan.platform} (${plan.environment}), pace ${plan.pace}, seed ${plan.seed}: about ${Math.ceil(plan.expectedSeconds)} s`,
    ...(absentLab === undefined
      ? []
      : [
          `The lab "${absentLab}" is not up: its addresses are not known yet, everything else is as it would be.`,
        ]),
    '',
    ...plan.phases.flatMap((phase, index) => [
      `${index + 1}. ${phase.name}: ${phase.title} (about ${Math.ceil(phase.expectedSeconds)} s)`,
      ...phase.does.map((sentence) => `     - ${sentence}`),
    ]),
    '',
    ...(plan.notRun.length === 0
      ? []
      : ['Not run, and so not judged:', ...plan.notRun.map((phase) => `  - ${notRunInWords(phase)}`), '']),
    ...otherObjectivesIn(plan),
    ...(plan.warnings.length === 0
      ? []
      : ['Beware:', ...plan.warnings.map((warning) => `  - ${warning}`), '']),
    ...(plan.undecidable.length === 0
      ? []
      : [`It would be refused, as it could never be decided:${listDiagnostics(plan.undecidable)}`, '']),
    ...(plan.refusals.length === 0
      ? []
      : ['It would be refused:', ...plan.refusals.map((refusal) => `  - ${refusal}`), '']),
    'Nothing was done.',
  ];
  return `${lines.join('\n')}\n`;
}
