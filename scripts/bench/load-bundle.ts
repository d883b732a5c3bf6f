import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runK6, serveItems } from './k6-run.ts';
import type { Outcome } from './k6-run.ts';
import { scriptsFor } from './load-scripts.ts';
import type { Kind } from './load-scripts.ts';
import { report } from './report.ts';

/*
 * What a journey's bundle costs k6, side by side with a script written by hand that makes the same requests, with
 * the same output. In alternating pairs, as machines are noisy: CPU time per request at a fixed rate, and requests a
 * second of ten virtual users that never wait.
 */

export async function benchLoadBundle(): Promise<void> {
  const isQuick = process.argv.includes('--quick');
  const pairs = isQuick ? 3 : 7;
  const seconds = isQuick ? 5 : 8;
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const server = await serveItems();
  const kinds: readonly Kind[] = ['bundle', 'awaited', 'by hand'];
  try {
    for (const load of ['at a fixed rate', 'flat out'] as const) {
      const scripts = await scriptsFor(dir, server.port, load, seconds);
      const outcomes: Record<Kind, Outcome[]> = { bundle: [], awaited: [], 'by hand': [] };
      await runK6(server, scripts['by hand'], seconds);
      for (let pair = 0; pair < pairs; pair += 1) {
        // Each kind is first as often as it is last.
        for (let turn = 0; turn < kinds.length; turn += 1) {
          const kind = kinds[(pair + turn) % kinds.length] as Kind;
          outcomes[kind].push(await runK6(server, scripts[kind], seconds));
        }
      }
      for (const kind of kinds) {
        const name = `${load}: ${kind}`;
        report(
          `${name}, CPU a request`,
          'µs',
          outcomes[kind].map(({ cpuMicros }) => cpuMicros),
        );
        if (load === 'flat out') {
          report(
            `${name}, requests a second`,
            '/s',
            outcomes[kind].map(({ perSecond }) => perSecond),
          );
        }
      }
      for (const kind of ['bundle', 'awaited'] as const) {
        const ratios = (of: (one: Outcome) => number) =>
          outcomes[kind].map((one, index) => of(one) / of(outcomes['by hand'][index] as Outcome));
        report(
          `${load}: ${kind} against by hand, CPU efficiency`,
          '×',
          ratios(({ cpuMicros }) => 1 / cpuMicros),
        );
        if (load === 'flat out') {
          report(
            `${load}: ${kind} against by hand, throughput`,
            '×',
            ratios(({ perSecond }) => perSecond),
          );
        }
      }
    }
  } finally {
    await server.end();
    rmSync(dir, { recursive: true, force: true });
  }
}
