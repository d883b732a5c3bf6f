import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxyDriver } from '../../../packages/chaos/src/drivers/proxy.ts';
import type { AbleFaultDriver } from '../../../packages/chaos/src/experiment/deps.ts';
import { runExperiment } from '../../../packages/chaos/src/experiment/run-experiment.ts';
import { startClient } from '../../../packages/chaos/test/fixtures/client.ts';
import { patient, phase } from '../../../packages/chaos/test/fixtures/steady.ts';
import { startToxiproxy } from '../../../packages/chaos/test/fixtures/toxiproxy.ts';
import { createFileJournal } from '../../../packages/shared/src/journal/file-journal.ts';
import type { AbortCondition } from '../../../packages/shared/src/platform/platform.ts';
import type { ExperimentRecord } from '../../../packages/shared/src/record/record.ts';
import type { ExperimentPhase } from '../../../packages/shared/src/scenario/scenario.ts';
import { anchorOf } from '../../../packages/shared/src/time/clock.ts';
import { systemClock } from '../../../packages/shared/src/time/system-clock.ts';
import { createFileUndoLedger } from '../../../packages/shared/src/undo/file-ledger.ts';

export type Lengths = Pick<ExperimentPhase, 'steadyFor' | 'hold' | 'recoverWithin' | 'steadyAgainFor'>;

/** One real experiment: a connection to a real server is cut under a real client. */
export async function experiment(
  lengths: Lengths,
  abort: AbortCondition,
): Promise<{ readonly record: ExperimentRecord; readonly seconds: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const toxiproxy = await startToxiproxy();
  const client = startClient(() => toxiproxy.echoes('one'));
  try {
    const raw = { api: toxiproxy.api, proxies: ['one'], toxic: { type: 'timeout' } };
    const parsed = proxyDriver.parse(raw, 'bench');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
    const undo = createFileUndoLedger(dir, systemClock);
    const journal = createFileJournal(join(dir, 'journal.jsonl'), systemClock, []);
    const driver = proxyDriver as AbleFaultDriver;
    const entry = { title: 'It breaks', driver: 'proxy', config: raw, revives: 'nothing' } as const;
    const began = systemClock.now();
    const { record } = await runExperiment(
      { ...phase, ...lengths },
      {
        faults: [{ name: 'cut', driver, config: parsed.value, entry }],
        stream: client.stream,
        steady: patient,
        abort,
        anchor: anchorOf(systemClock),
        generatorEnded: () => undefined,
      },
      {
        runId: 'bench',
        dir,
        seed: 1,
        clock: systemClock,
        journal,
        undo,
        signal: new AbortController().signal,
      },
    );
    const seconds = (systemClock.now() - began) / 1000;
    journal.close();
    return { record, seconds };
  } finally {
    await client.stop();
    await toxiproxy.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
