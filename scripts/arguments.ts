import { parseArgs } from 'node:util';

/** The words that a script was called with, and its options. */
export interface Arguments {
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly times: number | undefined;
}

/** What a script can be called with. */
export interface Callable {
  /** What its words can be; none where it takes no words. */
  readonly names: readonly string[];
  readonly flags: readonly string[];
  /** Whether it takes `--times`. */
  readonly takesTimes?: boolean;
}

/** Reads the words after a script's name. A sentence where the script cannot be called so: nothing may be run then. */
export function argumentsOf(words: readonly string[], callable: Callable): Arguments | string {
  const { names, flags, takesTimes = false } = callable;
  const takes = [...names, ...flags.map((flag) => `--${flag}`), ...(takesTimes ? ['--times <number>'] : [])];
  const usage = `It takes: ${takes.join(', ')}.`;
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }]));
  let read;
  try {
    read = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: takesTimes ? { ...options, times: { type: 'string' as const } } : options,
    });
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('. ');
    return `${what}. ${usage}`;
  }
  const unknown = read.positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) return `There is no ${unknown.join(', ')}. ${usage}`;
  const values: Readonly<Record<string, unknown>> = read.values;
  const { times } = values;
  if (typeof times === 'string' && !/^[1-9]\d*$/.test(times)) {
    return `--times takes a whole number from 1 on, not "${times}". ${usage}`;
  }
  return {
    names: read.positionals,
    flags: new Set(flags.filter((flag) => values[flag] === true)),
    times: typeof times === 'string' ? Number(times) : undefined,
  };
}

/** The same for this process, which ends with 64 where it was called in another way. */
export function ownArguments(callable: Callable): Arguments {
  const read = argumentsOf(process.argv.slice(2), callable);
  if (typeof read !== 'string') return read;
  console.error(read);
  process.exit(64);
}
