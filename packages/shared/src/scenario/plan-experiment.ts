import type { DescribedFault } from './described-fault.ts';
import { endingInWords } from './guardrails/timers.ts';
import type { ExperimentPhase } from './scenario.ts';
import { heldSeconds } from './stages.ts';

/** Between its windows an experiment takes about so long: what is kept apart, injection, healing. */
const AROUND_SECONDS = 5;

/** What an experiment does, and about how long it takes, with all its repetitions. */
export function planExperiment(
  phase: ExperimentPhase,
  describe: (fault: string) => DescribedFault,
): { readonly expectedSeconds: number; readonly does: readonly string[] } {
  const { steadyFor, steadyAgainFor, recoverWithin, repeat, objectives } = phase;
  const once = steadyFor + heldSeconds(phase) + steadyAgainFor + AROUND_SECONDS;
  return {
    expectedSeconds: once * repeat.times,
    does: [
      `watch for ${steadyFor} s; not steady (${objectives.steady.join(', ')}): nothing is injected`,
      ...injections(phase, describe),
      `heal, and wait up to ${recoverWithin} s until it is steady again for ${steadyAgainFor} s`,
      `judge while it is in: ${listed(objectives.during)}; afterwards: ${listed(objectives.recovery)}`,
      ...(objectives.whole === undefined
        ? []
        : [`judge all of it, injecting and healing included: ${listed(objectives.whole)}`]),
      ...repeated(phase),
    ],
  };
}

function injections(
  { faults, order, hold }: ExperimentPhase,
  describe: (fault: string) => DescribedFault,
): readonly string[] {
  const inject = (fault: string): string => `inject: ${said(describe(fault))}`;
  const [first] = faults;
  if (faults.length === 1) return [`${inject(first)}; hold for ${hold} s`];
  const each = faults.map((fault) => inject(fault));
  if (order.how === 'together') return [...each, `hold all ${faults.length} together for ${hold} s`];
  const earlier = order.earlier === 'healed' ? 'healing it before the next' : 'keeping it in to the end';
  return [...each, `one after another, each held for ${hold} s, ${earlier}`];
}

function said({ text, reach, ending }: DescribedFault): string {
  return `${text}${hitting(reach)}; if this machine dies: ${endingInWords(ending)}`;
}

function hitting(reach: DescribedFault['reach']): string {
  if (reach === undefined) return '';
  const { targets, hits, population } = reach;
  const names = targets.join(', ');
  const chosen = hits === targets.length ? names : `${hits} of ${targets.length} by chance (${names})`;
  const share =
    population === undefined || population.count === targets.length ? '' : `, out of ${population.count}`;
  return `; it would hit: ${chosen}${share}`;
}

function repeated({ repeat: { times, seed } }: ExperimentPhase): readonly string[] {
  if (times === 1) return [];
  const from = seed === null ? "from the run's seed on" : `from seed ${seed} on`;
  return [
    `all of it ${times} times, each judged by itself, with choices of its own (${from}); the first that is not injected, aborted or not steady again ends it`,
  ];
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
