import { createHash } from 'node:crypto';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';
import { chooseSchema, describeChoose } from '../chaos-mesh/pods.ts';

const PLACEHOLDERS: readonly string[] = ['run', 'target'];

const argument = z.string().refine((text) => unknownIn(text).length === 0, {
  error: 'no placeholder but {{run}} and {{target}}',
  params: { hint: 'Other texts in double braces have no value here; write them in a script of your own.' },
});

const programPath = argument.min(1).refine((text) => !text.includes('='), {
  error: 'a program without = in its path',
  params: { hint: 'Programs are started by way of env, which takes that for a variable: use a link.' },
});

const argv = z.tuple([programPath], argument, {
  error: 'Program and arguments as a list, for instance ["/usr/bin/faultctl", "add", "{{target}}"].',
});

const command = (seconds: number) =>
  z.strictObject({ argv, withinSeconds: z.number().positive().max(600).default(seconds) });

const schema = z.strictObject({
  /** For people: what it does. */
  what: z.string().min(1),
  /** Names, or a command that prints one a line. */
  targets: z.union([
    z
      .array(z.string().min(1))
      .min(1)
      .refine((names) => new Set(names).size === names.length, {
        error: 'each target once',
        params: { hint: 'Remove the name that stands there twice.' },
      }),
    command(10),
  ]),
  choose: chooseSchema.default('all'),
  /** Each runs once for every target, all targets at the same time. */
  inject: command(20),
  /** Exit code 0: the fault is absent. 1: it is present. Anything else: it cannot be told. */
  status: command(10),
  heal: command(30),
  /** Seconds after which the fault ends at its target, whatever became of us. Only whoever wrote the commands knows. */
  endsAfterSeconds: z.number().positive().optional(),
  /** How its targets are lost by it, where they are. Only whoever wrote the commands knows. */
  loses: z.enum(['killed', 'stopped', 'frozen', 'partitioned']).optional(),
  /** Files whose content never shows in what is journaled. */
  secretFiles: z.array(z.string().min(1)).default([]),
  /** What was settled before the injection. */
  pinned: z.strictObject({ run: z.string(), targets: z.array(z.string().min(1)).min(1) }).optional(),
});

export type CommandConfig = z.infer<typeof schema>;
export type Command = CommandConfig['inject'];

export function parseCommandConfig(raw: unknown, path: string): Result<CommandConfig> {
  return fromZod(schema, raw, path);
}

export function describeCommandConfig({ what, targets, choose, pinned }: CommandConfig): string {
  const names = pinned?.targets ?? (Array.isArray(targets) ? targets : undefined);
  const share = pinned === undefined ? describeChoose(choose) : '';
  const where = `${share}${names?.join(', ') ?? 'targets that a command lists'}`;
  return oneLine(`${what} (${where})`);
}

/** Tells this fault from others, whatever was chosen for it. */
export function markOf(config: CommandConfig): string {
  const settings = JSON.stringify({ ...config, pinned: undefined });
  return createHash('sha256').update(settings).digest('hex').slice(0, 12);
}

/** The arguments with the placeholders filled. Outside of a run `{{run}}` is empty. */
export function fill({ argv: template }: Command, run: string, target: string): [string, ...string[]] {
  const one = (text: string): string =>
    text.replaceAll(/\{\{(run|target)\}\}/g, (_, name) => (name === 'run' ? run : target));
  const [program, ...rest] = template;
  return [one(program), ...rest.map(one)];
}

function unknownIn(text: string): readonly string[] {
  return [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)]
    .map((match) => match[0])
    .filter((all) => !PLACEHOLDERS.some((name) => all === `{{${name}}}`));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
