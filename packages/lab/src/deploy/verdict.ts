import type { Answers } from './replicas.ts';

/** Fewer answers say nothing. */
export const LEAST = 20;
const MOST_FAILED = 0.05;
const MOST_SECONDS = 0.25;
/** What the old version does as well is not the new one's fault: so many times worse it has to be. */
const WORSE = 2;

/** Answers within a stretch of time. */
export function between(before: Answers, after: Answers): Answers {
  return {
    count: after.count - before.count,
    failed: after.failed - before.failed,
    seconds: after.seconds - before.seconds,
  };
}

/**
 * Why a version has to be taken back, by its answers and those that the old version gave meanwhile; undefined while
 * nothing speaks against it.
 */
export function whyBad(fresh: Answers, old: Answers): string | undefined {
  const { count, failed, seconds } = fresh;
  if (count < LEAST) return undefined;
  const compares = old.count >= LEAST;
  const usual = compares ? { failed: old.failed / old.count, seconds: old.seconds / old.count } : undefined;
  if (failed / count > Math.max(MOST_FAILED, WORSE * (usual?.failed ?? 0))) {
    return `${failed} of its ${count} answers were errors`;
  }
  // How long is too long nobody can tell without a comparison: the machine may be slow.
  if (usual !== undefined && seconds / count > Math.max(MOST_SECONDS, WORSE * usual.seconds)) {
    return `its ${count} answers took ${inMs(seconds / count)} each, those of the old version ${inMs(usual.seconds)}`;
  }
  return undefined;
}

export function addUp(answers: readonly Answers[]): Answers {
  return answers.reduce(
    (sum, one) => ({
      count: sum.count + one.count,
      failed: sum.failed + one.failed,
      seconds: sum.seconds + one.seconds,
    }),
    { count: 0, failed: 0, seconds: 0 },
  );
}

function inMs(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`;
}
