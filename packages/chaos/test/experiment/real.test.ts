import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { createFileJournal } from '@ordeal/shared/journal/file-journal';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterAll, beforeAll, it } from 'vitest';
import { hostDriver } from '../../src/drivers/host.ts';
import { proxyDriver } from '../../src/drivers/proxy.ts';
import type { AbleFaultDriver } from '../../src/experiment/deps.ts';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { startClient, type ClientFixture } from '../fixtures/client.ts';
import { patient, phase } from '../fixtures/steady.ts';
import { startSupervised, type SupervisedFixture } from '../fixtures/supervised.ts';
import { startToxiproxy, type ToxiproxyFixture } from '../fixtures/toxiproxy.ts';

let toxiproxy: ToxiproxyFixture;
let site: SupervisedFixture;
let clients: { readonly cut: ClientFixture; readonly whole: ClientFixture };
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-experiment-'));
  [toxiproxy, site] = await Promise.all([startToxiproxy(), startSupervised()]);
  clients = {
    cut: startClient(() => toxiproxy.echoes('one')),
    whole: startClient(() => toxiproxy.echoes('two')),
  };
});
afterAll(async () => {
  await Promise.all([clients.cut.stop(), clients.whole.stop()]);
  await Promise.all([toxiproxy.stop(), site.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const quick = { ...phase, steadyFor: 2, hold: 1, recoverWithin: 20, steadyAgainFor: 2 };

it.concurrent(
  'cuts a real connection, sees its clients suffer, and sees them well again',
  async ({ expect }) => {
    const raw = { api: toxiproxy.api, proxies: ['one'], toxic: { type: 'timeout' } };
    const { record, windows } = await experiment('proxy', proxyDriver as AbleFaultDriver, raw, clients.cut);
    expect(record).toMatchObject({ effective: true, targets: ['proxy one'] });
    expect(record.witness).toMatch(/moved/);
    expect(record.recoverySeconds).not.toBeNull();
    expect(windows.map(({ name }) => name)).toEqual(['broken/steady', 'broken/during', 'broken/recovery']);
    expect(await toxiproxy.toxics('one')).toEqual([]);
  },
);

it.concurrent('kills a real process, and proves it by who replaced it', async ({ expect }) => {
  const raw = {
    action: 'kill',
    units: [{ name: 'worker-0', status: site.argv('status', 'worker-0') }],
    replacedBy: 'supervisor',
  };
  const { record } = await experiment('host', hostDriver as AbleFaultDriver, raw, clients.whole);
  expect(record).toMatchObject({ effective: true, targets: ['worker-0'] });
  expect(record.witness).toMatch(/worker-0 changed \(pid \d+ → pid \d+\)/);
  expect(record.recoverySeconds).not.toBeNull();
});

async function experiment(name: string, driver: AbleFaultDriver, raw: unknown, client: ClientFixture) {
  const parsed = driver.parse(raw, 'here');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  const runDir = join(dir, name);
  const undo = createFileUndoLedger(runDir, systemClock);
  const journal = createFileJournal(join(runDir, 'journal.jsonl'), systemClock, []);
  const context: RunContext = {
    runId: name,
    dir: runDir,
    seed: 1,
    clock: systemClock,
    journal,
    undo,
    signal: new AbortController().signal,
  };
  const outcome = await runExperiment(
    quick,
    {
      faults: [
        {
          name: 'thing',
          driver,
          config: parsed.value,
          entry: { title: 'It breaks', driver: driver.kind, config: raw, revives: 'nothing' },
        },
      ],
      stream: client.stream,
      steady: patient,
      abort: { errorRatio: 0.5, consecutiveSeconds: 20, leastAttempts: 20, silentSeconds: 20 },
      anchor: anchorOf(systemClock),
      generatorEnded: () => undefined,
    },
    context,
  );
  journal.close();
  if (undo.open().length > 0) throw new Error('an undo entry is still open');
  return outcome;
}
