import type { Span } from '@ordeal/shared/time/interval';
import { abortNeeded, type Abort } from './abort.ts';
import type { Scope } from './scope.ts';

/** Why faults have to be taken out now, by what clients saw since the steady window began; undefined: they may stay. */
export function whyAbort({ deps, context }: Scope, steady: Span): Abort | undefined {
  const now = context.clock.now();
  const ended = deps.generatorEnded();
  if (ended !== undefined) return { reason: `the load generator has ended: ${ended}`, since: now };
  return abortNeeded(deps.stream.between(steady.from, now), now, deps.abort);
}
