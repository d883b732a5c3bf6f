import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);

const route = z.strictObject({
  regions: z.array(z.string().min(1)).min(1, 'at least one region'),
  status: argv,
  switch: argv,
  health: argv.optional(),
  env: z.record(z.string(), z.string()).default({}),
  timeoutSeconds: z.number().positive().default(120),
  statusTimeoutSeconds: z.number().positive().default(10),
  shownWithinSeconds: z.number().positive().default(60),
});

/**
 * A route that is moved by commands. A command has done what it is for when it ends with 0; what it prints to the
 * error output is the reason when it does not. That traffic moved is looked for in the status as well.
 */
export interface CommandRouteConfig {
  readonly regions: readonly string[];
  /** Prints `{ "regions": { "<region>": "active" | "draining" | "out" }, "detail"?: {} }`. */
  readonly status: readonly string[];
  /** `{{regions}}` is filled in with the regions that shall get traffic, with commas between. */
  readonly switch: readonly string[];
  /** Prints `{ "<region>": { "up": 1, "total": 2 } }` for each region. */
  readonly health?: readonly string[] | undefined;
  /** Beside PATH, all that the commands see of the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly statusTimeoutSeconds: number;
  /** How long the status may take to show a switch. */
  readonly shownWithinSeconds: number;
}

/** Checks a `command` route's configuration as a platform file states it. */
export function parseCommandRoute(raw: unknown, path: string): Result<CommandRouteConfig> {
  return parseConfig(
    route,
    raw,
    path,
    'a command route has regions and the commands status, switch and health? as lists of words; env?, ' +
      'timeoutSeconds?, statusTimeoutSeconds? and shownWithinSeconds?',
  );
}
