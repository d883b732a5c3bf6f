import type { Tools } from '@ordeal/shared/toolchain/find';
import type { Contract } from '../api/contracts/contract.ts';
import type { Sabotage } from '../sabotage.ts';
import type { RunAs } from '../supervisor/config.ts';
import type { LabPorts } from './ports.ts';

/** Everything that decides how a lab is built. */
export interface Blueprint {
  readonly name: string;
  readonly dir: string;
  readonly tools: Tools & { readonly node: string };
  readonly ports: LabPorts;
  /** Of PostgreSQL's superuser and the two roles. The server listens on TCP, where anybody may try. */
  readonly password: string;
  /** What the S3 server asks for, where there is one. */
  readonly bucketKeys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** PostgreSQL refuses to run as root: then it runs under these ids. */
  readonly runAs?: RunAs;
  readonly sabotage: readonly Sabotage[];
  /** What its API serves. */
  readonly contract: Contract;
}

export const DATABASE = 'platform';

/** Environment of every unit: nothing of the caller's leaks in. */
export const unitEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  // The Go programs are small here: more than one thread each only costs switches.
  GOMAXPROCS: '1',
};

export function address(port: number): string {
  return `127.0.0.1:${port}`;
}
