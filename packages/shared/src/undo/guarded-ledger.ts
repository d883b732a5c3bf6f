import type { UndoLedger } from './ledger.ts';
import type { Guardian } from './spawn-guardian.ts';

/** The process that heals if the run dies is gone itself: nothing more may be broken. */
export class GuardianGone extends Error {
  constructor() {
    super(
      'The guardian has ended, so nobody would heal if this run died: nothing more is injected. guardian.log in the run’s folder says what became of it.',
    );
    this.name = 'GuardianGone';
  }
}

/**
 * A ledger that takes no entry while nobody watches over the run. As every entry is written before what it undoes,
 * nothing is done then either; whoever does it a while later asks once more, with `mustBeWatched`.
 */
export function guardedLedger<Ledger extends UndoLedger>(
  ledger: Ledger,
  guardian: () => Pick<Guardian, 'alive'> | undefined,
): Ledger {
  const mustBeWatched = (): void => {
    if (guardian()?.alive() !== true) throw new GuardianGone();
  };
  return {
    ...ledger,
    mustBeWatched,
    push(entry) {
      mustBeWatched();
      return ledger.push(entry);
    },
  };
}
