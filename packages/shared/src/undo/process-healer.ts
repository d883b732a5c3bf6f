import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { goneWithin, signalProcess } from '../process/signal.ts';
import type { Healer } from './healer.ts';

/** `driver` of the undo entries that this heals. */
export const PROCESS_DRIVER = 'process';

/** `config` of an undo entry of the driver `process`: what has to end. */
export interface ProcessUndo {
  /** As `processIdentity` gives it. */
  readonly identity: string;
  /** For people, for instance `load generator`. */
  readonly what: string;
}

const schema = lazily(() => z.object({ identity: z.string().regex(/^[1-9]\d*@./), what: z.string() }));

/** After SIGKILL a process may still be in the kernel for a moment. */
const KILLED_WITHIN_MS = 5_000;

/** Ends exactly the process that an entry names: SIGTERM, and SIGKILL after `graceMs`. */
export function createProcessHealer(graceMs: number): Healer {
  return {
    async heal(entry, { clock, signal }) {
      const { identity, what } = schema().parse(entry.config);
      if (!signalProcess(identity, 'SIGTERM')) return;
      if (await goneWithin(identity, graceMs, clock, signal)) return;
      signalProcess(identity, 'SIGKILL');
      if (await goneWithin(identity, KILLED_WITHIN_MS, clock, signal)) return;
      throw new Error(`The ${what} (${identity}) is still there after SIGKILL; look at it with ps.`);
    },
  };
}
