import { reasonOf } from '../reason-of.ts';
import type { Diagnostic } from './diagnostics.ts';
import { isAdmission, REFUSED_WITH } from './limit-course.ts';
import type { LimitSpec } from './limit-spec.ts';
import type { Platform } from './platform.ts';
import { fillTemplate } from './template.ts';

/** What is wrong with a platform's limits beyond the shape of each field. */
export function limitMistakes(
  { limits = {} }: Pick<Platform, 'limits'>,
  path: string,
): readonly Diagnostic[] {
  return Object.entries(limits).flatMap(([name, limit]) => {
    const at = `${path}: limits[${JSON.stringify(name)}]`;
    return [...unknownVariables(limit, at), ...refusalLikeAdmission(limit, at)];
  });
}

function unknownVariables({ ask }: LimitSpec, at: string): readonly Diagnostic[] {
  try {
    fillTemplate(ask, { id: '', run: '', tenant: '' }, {});
    return [];
  } catch (error) {
    return [
      {
        path: `${at}.ask`,
        expected: 'no other variables than {{id}}, {{run}} and {{tenant}}',
        found: reasonOf(error),
        hint: 'take the variable out, or write what it stands for',
      },
    ];
  }
}

/** Who cannot tell a refusal from an admission finds whatever is promised. */
function refusalLikeAdmission(limit: LimitSpec, at: string): readonly Diagnostic[] {
  const byDefault = REFUSED_WITH[limit.kind];
  const refusedWith = limit.refusedWith ?? byDefault;
  const [alike, admission] =
    limit.kind === 'rate'
      ? [isAdmission(refusedWith), '200 to 399']
      : [refusedWith === limit.answeredWith, `answeredWith, ${limit.answeredWith}`];
  if (!alike) return [];
  return [
    {
      path: `${at}.refusedWith`,
      expected: `a status that is not that of a request that is let in (${admission})`,
      found: limit.refusedWith === undefined ? `none, which is ${byDefault}` : String(refusedWith),
      hint: 'state the status with which the platform refuses, so that a refusal can be told',
    },
  ];
}
