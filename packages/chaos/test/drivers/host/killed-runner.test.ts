import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterAll, describe, expect, it } from 'vitest';
import { program } from '../../fixtures/supervised.ts';
import { startToxiproxy, until } from '../../fixtures/toxiproxy.ts';
import { configOf, leftOf, subjects, type SubjectMaker } from './subjects.ts';

/** Moments for each fault: continuous integration tries two, `npm run prove -- chaos-kills` a hundred. */
const MOMENTS = Number(process.env['ORDEAL_PROVE_CHAOS_KILLS'] ?? 2);
const PROVING = process.env['ORDEAL_PROVE_CHAOS_KILLS'] !== undefined;
/** A runner is killed no later than this after it began: by then it has injected and healed more than once. */
const LATEST_MS = 600;
const HOLD_MS = 40;
/** What a proof holds the guardian to; a busy machine gets longer in continuous integration. */
const HEALED_WITHIN_MS = PROVING ? 1_000 : 15_000;

const took: number[] = [];
afterAll(() => {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(0);
  console.log(`healed after the kill: median ${at(0.5)} ms, most ${at(1)} ms, n = ${sorted.length}`);
});

describe('a runner that is killed at a random moment leaves nothing', () => {
  for (const [name, maker] of Object.entries({ ...subjects, proxy: proxySubject() })) {
    const { skipped, make } = maker;
    it.skipIf(skipped !== undefined)(
      `${name}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
      async () => {
        const subject = await make();
        const driver = name === 'proxy' ? 'proxy' : 'host';
        const raw = subject.raw({});
        try {
          for (let moment = 0; moment < MOMENTS; moment += 1) {
            await killOnce(driver, raw, Math.random() * LATEST_MS);
            expect(driver === 'host' ? leftOf(configOf(raw)) : []).toEqual([]);
            expect(await subject.works()).toBe(true);
          }
        } finally {
          await subject.stop();
        }
      },
      60_000 + MOMENTS * 5_000,
    );
  }
});

async function killOnce(driver: string, config: unknown, afterMs: number): Promise<void> {
  const runDir = mkdtempSync(join(tmpdir(), 'ordeal-killed-'));
  const faults = JSON.stringify([{ driver, config, revives: 'nothing' }]);
  const args = [program('runner'), runDir, faults, String(HOLD_MS)];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await systemClock.sleep(afterMs);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  const from = systemClock.now();
  await exited;
  const ledger = openFileUndoLedger(runDir, systemClock);
  await until(async () => ledger.open().length === 0, HEALED_WITHIN_MS);
  took.push(systemClock.now() - from);
  await until(async () => /left 0/.test(readFileSync(join(runDir, 'guardian.log'), 'utf8')));
  rmSync(runDir, { recursive: true, force: true });
}

function proxySubject(): SubjectMaker {
  return {
    make: async () => {
      const toxiproxy = await startToxiproxy();
      const raw = () => ({
        api: toxiproxy.api,
        proxies: ['one', 'two'],
        toxic: { type: 'timeout', timeout: 0 },
      });
      return {
        raw,
        empty: raw,
        mistake: { raw: {}, place: '' },
        works: async () => (await toxiproxy.echoes('one')) && (await toxiproxy.echoes('two')),
        stop: toxiproxy.stop,
      };
    },
  };
}
