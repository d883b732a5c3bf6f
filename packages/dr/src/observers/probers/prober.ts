import type { Attempt } from '../observers.ts';
import type { SessionsNews } from '../probe-protocol.ts';

/** Makes the attempts of one stream, one way to the platform a file. */
export interface Prober {
  /** Makes attempt number `count`. Never rejects. */
  attempt(count: number): Promise<Tried>;
  /** What became of the sessions that it keeps since the last call, where it keeps some. */
  sessions?(): SessionsNews;
  /** Closes all connections, together with what is under way on them. */
  closeAll(): void;
}

/** What came of an attempt. `trouble` is there when it was the observer's own limit, which says nothing of the platform. */
export type Tried = Omit<Attempt, 'due'> & { readonly trouble?: string };
