import { nameOf, type Place } from './place.ts';
import { quoted } from './quote.ts';
import { sshArgv } from './ssh.ts';

export type Argv = readonly [string, ...string[]];

/** A machine that programs can be run on. */
export interface Host {
  /** For people: `this host`, or `ops@db-1`. */
  readonly name: string;
  /** Whether a process id of this machine is one of that host. */
  readonly sharesProcesses: boolean;
  readonly machineId: string | undefined;
  /** What has to be run on this machine so that `argv` runs on that host. */
  command(argv: Argv): Argv;
}

export function hostAt(place: Place): Host {
  const { ssh, through = [], machineId } = place;
  const inside = (argv: Argv): Argv => [...through, ...argv] as unknown as Argv;
  return {
    name: nameOf(place),
    sharesProcesses: ssh === undefined && through.length === 0,
    machineId,
    command:
      ssh === undefined ? inside : (argv) => [...sshArgv(ssh), inside(argv).map(quoted).join(' ')] as const,
  };
}
