import k6, { fail, group, randomSeed, sleep } from 'k6';
import { measureCheck } from './measurement.ts';

/*
 * Stands for `k6` in scripts that were written by hand: a check that does not hold fails the request before it, as it
 * does in a journey.
 */

type Checks = Readonly<Record<string, ((value: unknown) => unknown) | unknown>>;

export const check = ((value: unknown, checks: Checks, tags?: object) => {
  const watched = Object.entries(checks).map(([name, test]) => [
    name,
    typeof test === 'function' ? watch(name, test as (value: unknown) => unknown) : noted(name, test),
  ]);
  const named = Object.fromEntries(watched) as never;
  return tags === undefined ? k6.check(value, named) : k6.check(value, named, tags);
}) as typeof k6.check;

function watch(name: string, test: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => {
    const held = test(value);
    return held instanceof Promise ? held : noted(name, held);
  };
}

function noted(name: string, held: unknown): unknown {
  measureCheck(name, Boolean(held));
  return held;
}

export { fail, group, randomSeed, sleep };
export default { ...k6, check };
