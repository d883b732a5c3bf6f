import { isIP } from 'node:net';

/**
 * V8 works for a long life of a program beside it: after some megabytes it begins to mark what is alive, and it compiles
 * to machine code what was called a few times. A run that only asks is over before either has paid, and each takes a
 * twentieth of its processor time and more. What a longer one fills is freed all the same, all at once, and what it calls
 * very often is compiled by the next compiler all the same.
 *
 * Called when all that is needed is loaded, as `keepYoungSpaceSmall` is, but for what requests to `entry` bring along.
 */
export async function doNoSideWork(entry: string): Promise<void> {
  const { protocol, hostname } = new URL(entry);
  if (protocol === 'https:') await import('node:https');
  if (isIP(hostname) === 0) await import('node:dns');
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString('--no-sparkplug');
}
