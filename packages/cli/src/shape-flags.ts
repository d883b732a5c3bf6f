import type { Command } from 'commander';

/** What may be written for a shape of load, as Commander hands it over. */
export interface ShapeFlags {
  readonly rate?: string;
  readonly for?: string;
  readonly warmUp?: string;
  readonly peak?: string;
  readonly spike?: string;
  readonly before?: string;
  readonly after?: string;
  readonly settle?: string;
  readonly stages?: string;
  readonly step?: string;
  readonly confirm?: string;
  readonly objective?: readonly string[];
  readonly on?: string;
  readonly script?: string;
}

const flags = {
  rate: [
    '<rate>',
    'iterations a second (50, 0.5, 90/m); of stress lowest..highest (50..2000); of script requests at most',
  ],
  for: ['<duration>', 'how long it is judged; of a spike how long it holds, of stress how long it searches'],
  'warm-up': ['<duration>', 'not judged at the start'],
  peak: ['<factor>', 'peak: times the usual rate (2x)'],
  spike: ['<factor>', "spike: times the usual rate (the platform's, or 10x)"],
  before: ['<duration>', 'spike: at the usual rate before it (30s)'],
  after: ['<duration>', 'spike: at the usual rate after it (90s)'],
  settle: ['<duration>', 'spike: the platform may take so long to settle (30s)'],
  stages: ['<stages>', 'stages: duration@rate, parted by commas (30s@0..100,5m@100)'],
  step: ['<duration>', 'stress: how long a rate is tried (10s)'],
  confirm: ['<duration>', 'stress: how long the last good rate is tried once more (30s)'],
} as const;

export const shapeFlagNames = Object.keys(flags) as readonly (keyof typeof flags)[];

/** Gives a command everything that may be written for a shape. */
export function withShapeFlags(command: Command): Command {
  for (const name of shapeFlagNames) {
    const [value, meaning] = flags[name];
    command.option(`--${name} ${value}`, meaning);
  }
  return command
    .option(
      '--objective <name...>',
      'of a shape: what has to hold (default: what holds under the usual load)',
    )
    .option(
      '--script <file>',
      'of a shape: a script for k6 whose default function is called instead of the journeys; of script, it runs as it is',
    );
}
