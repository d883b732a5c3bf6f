import type { Clock } from '@ordeal/shared/time/clock';
import { mayPass } from './kubernetes/api-error.ts';
import type { Namespace } from './kubernetes/kinds.ts';
import { describeRunner, initializerStory, look, type Sight, type Stage } from './runners.ts';
import type { StageDeadlines } from './settings.ts';

/** How often the cluster is looked at, and how long it may give no answer before a load that has not begun is given up. */
const LOOK_EVERY_MS = 1_000;
const SILENT_MS = 30_000;

export interface BeginParts {
  readonly namespace: Namespace;
  readonly name: string;
  readonly parallelism: number;
  readonly deadlines: StageDeadlines;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Runners, from 1, whose measurements arrive. */
  readonly measured: () => readonly number[];
  /** Told of each stage that the TestRun comes to. */
  readonly onStage: (stage: Stage) => void;
}

/** Resolves when every runner's measurements arrive. Rejects with a sentence that says what stands in the way. */
export async function untilBegun(parts: BeginParts): Promise<void> {
  const { namespace, name, parallelism, clock, signal, measured, onStage } = parts;
  let stage: Stage | undefined;
  let since = clock.now();
  let answered = clock.now();
  while (measured().length < parallelism) {
    let sight: Sight | undefined;
    try {
      sight = await look(namespace, name, parallelism, signal);
      answered = clock.now();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error) || clock.now() - answered > SILENT_MS) throw error;
    }
    if (sight !== undefined) {
      if (sight.stage !== stage) {
        stage = sight.stage;
        since = clock.now();
        if (stage !== undefined) onStage(stage);
      }
      await refuse(sight, parts);
      const most = secondsFor(stage ?? '', parts.deadlines);
      if (clock.now() - since > most * 1000) throw new Error(tooLong(sight, most, parts));
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Throws when the load cannot begin any more. */
async function refuse({ stage, runners }: Sight, { namespace, name, signal }: BeginParts): Promise<void> {
  if (stage === undefined) throw new Error(`TestRun ${name} was deleted by somebody else`);
  if (stage === 'error') {
    throw new Error(
      `TestRun ${name} came to the stage error: ${await initializerStory(namespace, name, signal)}`,
    );
  }
  const over = runners.findIndex(({ is }) => is === 'ended' || is === 'lost');
  if (over >= 0) {
    const runner = runners[over]!;
    const log =
      runner.is === 'ended' ? await namespace.log(runner.pod, 'k6', 20, { signal }).catch(() => '') : '';
    throw new Error(
      `runner ${over + 1} ${describeRunner(runner)} before the load began${log.trim() === '' ? '' : `: ${log.trim()}`}`,
    );
  }
  if (stage === 'stopped' || stage === 'finished') {
    throw new Error(`TestRun ${name} came to the stage ${stage} before the load began`);
  }
}

function secondsFor(stage: Stage, deadlines: StageDeadlines): number {
  return stage === '' ? deadlines.noticed : (deadlines[stage as keyof StageDeadlines] ?? deadlines.started);
}

function tooLong({ stage, runners }: Sight, seconds: number, parts: BeginParts): string {
  const { name, namespace, measured } = parts;
  if (stage === '') {
    return (
      `within ${seconds} s no operator took notice of TestRun ${name}: does k6-operator run, and does it watch the ` +
      `namespace ${namespace.name}?`
    );
  }
  const head = `TestRun ${name} stayed in the stage ${stage} for more than ${seconds} s`;
  if (stage === 'started') {
    const silent = runners.map((_, index) => index + 1).filter((runner) => !measured().includes(runner));
    return (
      `${head}: no measurements came from runner ${silent.join(', ')}. Does its pod reach the address of the receiver, ` +
      `and did the pod ${name}-starter do its work?`
    );
  }
  const waiting = runners.flatMap((runner, index) =>
    runner.is === 'running' ? [] : [`runner ${index + 1} ${describeRunner(runner)}`],
  );
  return waiting.length === 0 ? head : `${head}: ${waiting.join('; ')}`;
}
