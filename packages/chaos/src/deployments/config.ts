import { createHash } from 'node:crypto';
import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';

const PLACEHOLDERS: readonly string[] = ['{{run}}', '{{version}}'];

const argument = z.string().refine((text) => unknownIn(text).length === 0, {
  error: 'no placeholder but {{run}} and {{version}}',
  params: { hint: 'Other texts in double braces have no value here; write them in a script of your own.' },
});

const argv = z.tuple([argument.min(1)], argument, {
  error: 'Program and arguments as a list, for instance ["/opt/ops/deploy", "start", "{{version}}"].',
});

const command = (seconds: number) =>
  z.strictObject({ argv, withinSeconds: z.number().positive().max(3600).default(seconds) });

const schema = z.strictObject({
  /** For people: what it deploys, and how. */
  what: z.string().min(1),
  /** Returns when the deployment has begun. */
  start: command(60),
  /** Prints { "settled": …, "versions": […], "detail": "…" } as one line of JSON. */
  status: command(20),
  /** Makes {{version}} the one that serves, whatever is under way. Idempotent. */
  rollBack: command(300),
  /** Files whose content never shows in what is journaled. */
  secretFiles: z.array(z.string().min(1)).default([]),
});

export type DeploymentConfig = z.infer<typeof schema>;
export type DeploymentCommand = DeploymentConfig['start'];

export function parseDeploymentConfig(raw: unknown, path: string): Result<DeploymentConfig> {
  return fromZod(schema, raw, path);
}

/** Tells this deployment from others. */
export function markOf(config: DeploymentConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
}

export function fill(
  { argv: template }: DeploymentCommand,
  values: { readonly run: string; readonly version: string },
): [string, ...string[]] {
  const one = (text: string): string =>
    text.replaceAll(/\{\{(run|version)\}\}/g, (_, name) => (name === 'run' ? values.run : values.version));
  const [program, ...rest] = template;
  return [one(program), ...rest.map(one)];
}

function unknownIn(text: string): readonly string[] {
  return [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].flatMap(([all]) =>
    PLACEHOLDERS.includes(all) ? [] : [all],
  );
}
