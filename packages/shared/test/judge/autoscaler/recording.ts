import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AutoscalerSeen, PodsSeen, SampleSeen } from '../../../src/judge/autoscaler/watch.ts';

/**
 * What a real controller wrote, and the pods by then: `npm run prove -- autoscaler` writes it anew. A line of an
 * autoscaler's settings is of the looks below it, up to the next one.
 */
export const RECORDING = join(import.meta.dirname, 'recorded.jsonl');

/** One autoscaler, in the order of time. */
export interface Recorded {
  readonly autoscaler: string;
  readonly looks: readonly SampleSeen[];
}

const CONDITIONS = ['AbleToScale', 'ScalingActive', 'ScalingLimited'];

interface Settings extends Pick<AutoscalerSeen, 'replicas' | 'behavior'> {
  readonly autoscaler: string;
  readonly metrics: readonly Omit<AutoscalerSeen['metrics'][number], 'current'>[];
}

interface Look extends Pick<AutoscalerSeen, 'current' | 'desired'> {
  readonly at: number;
  readonly metrics: readonly (number | null)[];
  /** Status and reason of each condition. */
  readonly said: readonly string[];
  readonly age: number | null;
  readonly lags?: true;
  /** How many are counted, settled and measured; or why they are not known. */
  readonly pods: readonly (number | null)[] | string;
}

export function readRecording(): readonly Recorded[] {
  const watches: { autoscaler: string; looks: SampleSeen[] }[] = [];
  let settings: Settings | undefined;
  for (const line of readFileSync(RECORDING, 'utf8').trimEnd().split('\n')) {
    const read = JSON.parse(line) as Settings | Look;
    if ('autoscaler' in read) {
      settings = read;
      if (watches.at(-1)?.autoscaler !== read.autoscaler) {
        watches.push({ autoscaler: read.autoscaler, looks: [] });
      }
    } else if (settings !== undefined) watches.at(-1)?.looks.push(sampleOf(settings, read));
  }
  return watches;
}

/** All but looks that saw neither a new state nor the pods that the next one was decided by. */
export function writtenRecording(watches: readonly Recorded[]): string {
  const lines = watches.flatMap(({ autoscaler, looks }) => {
    let before = '';
    return looks.filter(isTelling).flatMap((sample) => {
      const { replicas, behavior, metrics } = sample.seen;
      const targets = metrics.map(({ kind, name, per, target }) => ({ kind, name, per, target }));
      const settings = JSON.stringify({
        autoscaler,
        replicas,
        behavior,
        metrics: targets,
      } satisfies Settings);
      const isNew = settings !== before;
      before = settings;
      return [...(isNew ? [settings] : []), JSON.stringify(lookOf(sample))];
    });
  });
  return `${lines.join('\n')}\n`;
}

function isTelling(look: SampleSeen, index: number, looks: readonly SampleSeen[]): boolean {
  const status = (of: SampleSeen | undefined): string => JSON.stringify({ ...of?.seen, ageSeconds: null });
  return status(look) !== status(looks[index - 1]) || status(look) !== status(looks[index + 1]);
}

function lookOf({ at, seen, pods }: SampleSeen): Look {
  const { current, desired, metrics, conditions, ageSeconds, lags } = seen;
  return {
    at: Math.round(at),
    current,
    desired,
    metrics: metrics.map(({ current: value }) => (value === null ? null : Math.round(value * 1000) / 1000)),
    said: CONDITIONS.flatMap((type) => {
      const condition = conditions.find((one) => one.type === type);
      return condition === undefined ? [] : [`${condition.status} ${condition.reason}`];
    }),
    age: ageSeconds === null ? null : Math.round(ageSeconds),
    ...(lags ? { lags } : {}),
    pods: pods.known ? [pods.counted, pods.settled, pods.measured] : pods.reason,
  };
}

function sampleOf({ replicas, behavior, metrics }: Settings, look: Look): SampleSeen {
  const { at, current, desired, said, age, lags = false, pods } = look;
  return {
    kind: 'seen',
    at,
    seen: {
      replicas,
      behavior,
      metrics: metrics.map((metric, index) => ({ ...metric, current: look.metrics[index] ?? null })),
      current,
      desired,
      conditions: said.map((one, index) => {
        const [status = '', reason = ''] = one.split(' ');
        return { type: CONDITIONS[index] ?? '', status, reason, message: '' };
      }),
      lags,
      ageSeconds: age,
    },
    pods: podsOf(pods),
  };
}

function podsOf(pods: Look['pods']): PodsSeen {
  if (typeof pods === 'string') return { known: false, reason: pods };
  const [counted, settled, measured] = pods;
  return { known: true, counted: counted ?? 0, settled: settled ?? 0, measured: measured ?? null };
}
