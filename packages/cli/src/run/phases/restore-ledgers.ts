import { existsSync } from 'node:fs';
import { ledgerFile } from '@ordeal/dr/ledger/ledger-file';
import { startObservers } from '@ordeal/dr/observers/start-observers';
import type { OwnLedger } from '@ordeal/dr/restore/course';
import type { LedgerBefore } from '@ordeal/dr/restore/ledger/against-ledger';
import { OWN_LEDGER_RATE } from '@ordeal/dr/restore/ledger/own-ledger';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { Session } from '../session.ts';
import { collectionOf, ledgerFileOf, observersOf } from './observers-of.ts';

const timeoutMs = 1000;

/** What the drills of the run have written so far. It is in the platform until the run ends. */
export function ledgersBefore(session: Session): readonly LedgerBefore[] {
  return session.results.drills
    .filter(({ record }) => existsSync(ledgerFileOf(record.name, session)))
    .map(({ record, fault }) => ledgerOf(record.name, fault, session));
}

/** Starts a ledger that writes while a restore takes its backup. Nothing is probed: nothing is to happen. */
export async function startOwnLedger({ name }: RestorePhase, session: Session): Promise<OwnLedger> {
  const observers = await startObservers(
    {
      ...observersOf(name, session),
      probes: [],
      probeEveryMs: timeoutMs,
      probeTimeoutMs: timeoutMs,
      probesInRealTime: false,
      ledgerRate: OWN_LEDGER_RATE,
    },
    session.context,
  );
  return { observers, before: ledgerOf(name, null, session) };
}

function ledgerOf(name: string, fault: Bounds | null, session: Session): LedgerBefore {
  return {
    of: name,
    collection: collectionOf(name, session),
    source: ledgerFile(ledgerFileOf(name, session), 0),
    fault,
  };
}
