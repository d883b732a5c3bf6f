import { z } from 'zod';

const argv = z.tuple([z.string().min(1)], z.string(), {
  error: 'Program and arguments as a list, for instance ["sudo", "-n"].',
});

const absolute = z.string().regex(/^\/[^"\n]*$/, { error: 'An absolute path, without a quotation mark.' });

const ssh = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9][\w.:-]*$/, { error: 'A name or an address.' }),
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().regex(/^[A-Za-z_][\w.-]*$/, { error: 'The name of a user on that host.' }),
  /** Private key without a passphrase. */
  identityFile: absolute,
  /** The only host keys that are believed: a host that is not in it, or shows another key, is not talked to. */
  knownHostsFile: absolute,
  /** Configuration of the OpenSSH client, for instance for a jump host. Without it none is read. */
  configFile: absolute.optional(),
  connectTimeoutSeconds: z.int().positive().max(60).default(5),
});

/** Where a host fault takes place. Without `ssh` it is the machine that the suite runs on. */
export const placeSchema = z.strictObject({
  ssh: ssh.optional(),
  /** What everything is started through there: `["sudo", "-n"]`, or `["ip", "netns", "exec", "blue"]`. */
  through: argv.optional(),
  /** What `/etc/machine-id` must hold there: on any other machine nothing is done. */
  machineId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, { error: 'The content of /etc/machine-id on that host.' })
    .optional(),
});

export type Place = z.infer<typeof placeSchema>;
export type SshPlace = NonNullable<Place['ssh']>;

/** The host's name for people, and for a list of hosts that may be touched. */
export function nameOf({ ssh: remote }: Place): string {
  if (remote === undefined) return 'this host';
  return `${remote.user}@${remote.host}${remote.port === 22 ? '' : `:${remote.port}`}`;
}
