/** Who works on a platform. */
export interface LeaseHolder {
  readonly run: string;
  /** For people: who has started it, and where. */
  readonly by: string;
  /** ISO time. */
  readonly since: string;
}

/** A lease as it is kept somewhere. */
export interface LeaseState {
  readonly holder: LeaseHolder;
  /** Wall-clock milliseconds of its holder. */
  readonly renewedAt: number;
  readonly seconds: number;
  /** Tells this state of it from others. */
  readonly version: string;
}

/** One lease that several machines use. Every method rejects when its place does not answer. */
export interface LeaseObject {
  /** For people, for instance `the Lease ordeal/ordeal-shop in staging`. */
  readonly where: string;
  read(signal: AbortSignal): Promise<LeaseState | undefined>;
  /** Gives its version; undefined: there is one already. */
  create(holder: LeaseHolder, seconds: number, signal: AbortSignal): Promise<string | undefined>;
  /** Writes it anew over exactly that state. Gives the new version; undefined: it has changed, or is gone. */
  replace(
    version: string,
    holder: LeaseHolder,
    seconds: number,
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Removes exactly that state. False: it has changed, or is gone. */
  remove(version: string, signal: AbortSignal): Promise<boolean>;
}
