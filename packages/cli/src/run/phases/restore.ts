import { createServer } from 'node:net';
import type { RestoreDeps } from '@ordeal/dr/restore/course';
import { ledgerPlace } from '@ordeal/dr/restore/ledger/place';
import { runRestore } from '@ordeal/dr/restore/run-restore';
import { restoreInWords } from '@ordeal/shared/report/restore-words';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { assign, type PhaseOutcome, type Session } from '../session.ts';
import { ledgersBefore, startOwnLedger } from './restore-ledgers.ts';

/** Brings a backup back in a place of its own, and proves what it holds. The platform itself is not touched. */
export async function restorePhase(phase: RestorePhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const { driver, settings, source } = loaded.drivers.backup(phase.backup);
  const { record, refused, window, observersBroke } = await runRestore(
    phase,
    {
      driver,
      settings,
      anchor,
      freePort,
      ledgerPlace: ledgerPlace(loaded.platform.ledger, settings),
      ledgersBefore: () => ledgersBefore(session),
      ...(loaded.platform.ledger === null ? {} : { startLedger: () => startOwnLedger(phase, session) }),
      ...(source === undefined ? {} : { source }),
      ...askingOf(session),
    },
    context,
  );
  assign(session, phase.name, phase.objectives);
  if (refused.length > 0) {
    results.refusals.push(...refused.map((reason) => `${phase.name}: ${reason}`));
    // What comes after it does not need what was not restored.
    return { next: 'continue', detail: `refused: ${refused.join('; ')}` };
  }
  if (window !== undefined) results.windows.push(window);
  results.restores.push(record);
  if (observersBroke !== undefined) {
    results.observerProblems.push({ window: phase.name, reason: observersBroke });
  }
  const { backupAgeSeconds: age, seconds, failed } = record;
  if (failed !== undefined) return { next: 'continue', detail: `failed: ${failed}` };
  if (phase.drill.kind === 'archiving') return { next: 'continue', detail: restoreInWords(record) };
  const proven = phase.drill.kind === 'backup-freshness' ? '' : `, proven after ${seconds.low.toFixed(1)} s`;
  return { next: 'continue', detail: `${age.low.toFixed(1)}–${age.high.toFixed(1)} s old${proven}` };
}

function askingOf({ approve, beforeStep, loaded }: Session): Pick<RestoreDeps, 'asking'> {
  if (approve === undefined) return {};
  const { maxRunSeconds: mostRunSeconds } = loaded.platform.guardrails;
  return { asking: { approve, mostRunSeconds, ...(beforeStep === undefined ? {} : { beforeStep }) } };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
