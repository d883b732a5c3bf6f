import type { AwaitedCalls } from './awaited-calls.ts';
import { RUN_AWAITED } from './definitions.ts';

/** What the runtime's function for journeys without `await` is called. No longer than the other's name. */
const RUN_PLAIN = 'runPlain';

/**
 * Takes `await` and `async` out where nothing is waited for. Every word is replaced by as many spaces, so that
 * each line and column stays what the source map says it is.
 */
export function stripAwait(script: string, { functions, journeys }: AwaitedCalls): string {
  const edits = [
    ...functions.flatMap(({ asyncAt, awaits }) => [
      ...(asyncAt === undefined ? [] : [{ at: asyncAt, from: 'async', to: '' }]),
      ...awaits.map(({ start }) => ({ at: start, from: 'await', to: '' })),
    ]),
    ...journeys
      .filter(({ kept }) => kept === undefined)
      .map(({ handedTo }) => ({ at: handedTo.start, from: RUN_AWAITED, to: RUN_PLAIN })),
  ].sort((left, right) => left.at - right.at);
  let stripped = '';
  let done = 0;
  for (const { at, from, to } of edits) {
    if (!script.startsWith(from, at)) throw new Error(`Expected ${from} at ${at} of the bundle`);
    stripped += script.slice(done, at) + to.padEnd(from.length);
    done = at + from.length;
  }
  return stripped + script.slice(done);
}
