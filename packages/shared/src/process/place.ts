import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where the identity of a process means something. What this machine does not tell is empty. */
export interface ProcessPlace {
  readonly host: string;
  /** Of the installation: stays when the machine is started anew. */
  readonly machine: string;
  /** Unlike after each start of the machine. */
  readonly boot: string;
  /** The namespace of process ids: each container has one of its own, unless it is given the machine's. */
  readonly pids: string;
}

/** What the kernel calls the namespace of the machine itself (`PROC_PID_INIT_INO`). */
const WHOLE_MACHINE = 'pid:[4026531836]';

/** The place of this process. */
export function processPlace(): ProcessPlace {
  return {
    host: hostname(),
    machine: orNothing(() => readFileSync('/etc/machine-id', 'utf8').trim()),
    boot: orNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pids: orNothing(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * What a place that was written down is to this one. `here`: its processes can be looked at. `before-restart`: it is
 * this machine before it was started anew, so that none of them is left; never said of a container, whose name and
 * image another machine may run as well. `elsewhere`: nothing is known of them.
 */
export function placeFrom(
  now: ProcessPlace,
  { host, machine, boot, pids }: ProcessPlace,
): 'here' | 'before-restart' | 'elsewhere' {
  if (host !== now.host || machine !== now.machine || pids !== now.pids) return 'elsewhere';
  if (boot === now.boot) return 'here';
  return machine !== '' && pids === WHOLE_MACHINE ? 'before-restart' : 'elsewhere';
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
