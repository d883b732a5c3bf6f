import type { Workload } from '@ordeal/shared/load/workload';
import { reasonOf } from '@ordeal/shared/reason-of';
import { bundleScript } from './bundle/bundle.ts';
import { typeMistakes } from './bundle/check-types.ts';
import { specOf } from './plan/spec-of.ts';
import { secretSource } from './process/secret-source.ts';

/**
 * What is wrong with a workload's journeys, or its script: types that do not fit, imports that lead nowhere, data sets
 * and secrets that cannot be used. Sentences with file and line; nothing is started, and nothing but files is read.
 */
export async function workloadMistakes(
  workload: Omit<Workload, 'rate' | 'rates' | 'atMostSeconds'>,
  node: string,
): Promise<readonly string[]> {
  const whole = { ...workload, rate: 1, atMostSeconds: 1 };
  const [types, bundling, secrets] = await Promise.all([
    typeMistakes(whole, node),
    complaint(() => bundleScript(whole, specOf(whole, { run: 'check', stopUrl: '', options: {} }))),
    complaint(() => secretSource(workload.secrets ?? {})),
  ]);
  // The compiler says of a mistake in the syntax what bundling said already.
  const more = types.filter(({ place }) => !bundling.some((sentence) => sentence.includes(place)));
  return [...bundling, ...secrets, ...more.map(({ place, text }) => `${place}: ${text}`)];
}

async function complaint(task: () => unknown): Promise<readonly string[]> {
  try {
    await task();
    return [];
  } catch (error) {
    return [reasonOf(error)];
  }
}
