import type { Tools } from '@ordeal/shared/toolchain/find';
import type { Contract } from '../api/contracts/contract.ts';
import type { Sabotage } from '../sabotage.ts';
import type { RunAs } from '../supervisor/config.ts';
import type { RegionName } from './paths.ts';
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
  /** Of the key that may change the zone, where there is one; in base64. */
  readonly updateSecret: string;
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

/** Addresses of the regions' load balancers, where each has its own: a record of a name leads to no port. */
export const regionAddresses: Readonly<Record<RegionName, string>> = { a: '127.0.0.1', b: '127.0.0.2' };
