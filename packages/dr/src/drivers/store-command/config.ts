import { z } from 'zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { parseConfig } from '../parse.ts';

const argv = z.array(z.string()).min(1);

const store = z.strictObject({
  nodes: z
    .array(z.strictObject({ name: z.string().min(1), region: z.string().min(1) }))
    .min(2, 'at least two nodes')
    .refine(
      (nodes) => new Set(nodes.map((one) => one.name)).size === nodes.length,
      'nodes with different names',
    ),
  status: argv,
  promote: argv,
  fence: argv,
  demote: argv,
  rejoin: argv,
  takesWrites: argv.optional(),
  whereSilent: z.enum(['refuse', 'believe']).default('refuse'),
  env: z.record(z.string(), z.string()).default({}),
  timeoutSeconds: z.number().positive().default(120),
  statusTimeoutSeconds: z.number().positive().default(10),
});

/**
 * A store that is moved by commands. In each of them `{{node}}` is the node's name; in `rejoin` `{{primary}}` is that of the
 * primary, and in `demote` `{{heir}}` that of the standby which is to take over and must have everything. A command has done what it is for when it ends with 0; what it prints to the error output is the reason
 * when it does not. That it was done is looked for in the status as well, and after a fence or a
 * demotion in what `takesWrites` says.
 */
export interface CommandStoreConfig {
  readonly nodes: readonly { readonly name: string; readonly region: string }[];
  /**
   * Prints `{ "nodes": [{ "name", "role": "primary" | "standby", "timeline", "position", "lagSeconds"? } or
   * { "name", "reachable": false, "reason" }], "settings": {} }`. A node that it leaves out counts as unreachable.
   */
  readonly status: readonly string[];
  readonly promote: readonly string[];
  readonly fence: readonly string[];
  readonly demote: readonly string[];
  readonly rejoin: readonly string[];
  /**
   * Ends with 0 when the node took a write, with 1 when it refused it, with anything else when that is not known.
   * With 0 it prints what is another text whenever the node has become primary anew, for instance its timeline.
   */
  readonly takesWrites?: readonly string[] | undefined;
  /**
   * What counts of a node that was fenced or demoted and does not say whether it takes writes, or where it ended:
   * `refuse`, nothing: the step fails. `believe`, the word of `fence` and `demote`: they must then have cut it off for
   * good (its power, its network), and `demote` must itself have seen that the heir has everything.
   */
  readonly whereSilent: 'refuse' | 'believe';
  /** Beside PATH, all that the commands see of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** For a command that changes something; for one that looks. */
  readonly timeoutSeconds: number;
  readonly statusTimeoutSeconds: number;
}

/** Checks a `command` store's configuration as a platform file states it. */
export function parseCommandStore(raw: unknown, path: string): Result<CommandStoreConfig> {
  return parseConfig(
    store,
    raw,
    path,
    'a command store has nodes: [{ name, region }] and the commands status, promote, fence, demote, rejoin and ' +
      'takesWrites? as lists of words; whereSilent?, env?, timeoutSeconds? and statusTimeoutSeconds?',
  );
}
