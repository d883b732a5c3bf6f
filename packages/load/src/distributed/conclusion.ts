import { exitReason } from '../process/exit-reason.ts';
import { describeRunner, type Runner, type Sight } from './runners.ts';

/** k6's exit code when its script ends the run, which is how it ends in order. */
const ENDED_BY_SCRIPT = 108;

/** How a load on a cluster came to its end. */
export type Conclusion =
  | { readonly how: 'ended' }
  | { readonly how: 'broke'; readonly exitCode: number | null; readonly reason: string };

/** Whether a runner ended as it should. `asked`: it was given the word to. */
export function endedInOrder(runner: Runner, asked: boolean): boolean {
  return runner.is === 'ended' && (runner.exitCode === 0 || (asked && runner.exitCode === ENDED_BY_SCRIPT));
}

/**
 * What a look at the cluster means for a load that had begun; undefined as long as it goes on. The stage says little:
 * the operator calls a TestRun finished although its runners failed. What counts is how each runner's k6 ended.
 */
export function conclude({ stage, runners }: Sight, asked: boolean): Conclusion | undefined {
  const bad = runners.flatMap((runner, index) =>
    runner.is === 'running' || runner.is === 'waiting' || endedInOrder(runner, asked)
      ? []
      : [{ runner, sentence: `runner ${index + 1} ${storyOf(runner)}` }],
  );
  if (bad.length > 0) {
    const codes = bad.map(({ runner }) => (runner.is === 'ended' ? runner.exitCode : null));
    return {
      how: 'broke',
      exitCode: codes.find((code) => code !== null) ?? null,
      reason: `${bad.map(({ sentence }) => sentence).join('; ')} (${runners.length} runners in all)`,
    };
  }
  if (runners.every(({ is }) => is === 'ended')) return { how: 'ended' };
  if (stage === undefined) {
    return { how: 'broke', exitCode: null, reason: 'the TestRun was deleted by somebody else' };
  }
  return undefined;
}

function storyOf(runner: Runner): string {
  if (runner.is !== 'ended') return describeRunner(runner);
  if (runner.why === 'OOMKilled') {
    return `ran out of memory (exit code ${runner.exitCode}, OOMKilled): give the runners more, or run more of them`;
  }
  return `${describeRunner(runner)}: ${exitReason({ code: runner.exitCode, signal: null }, [])}`;
}
