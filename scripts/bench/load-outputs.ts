import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runK6, serveItems } from './k6-run.ts';
import type { Output } from './k6-run.ts';
import { scriptsFor } from './load-scripts.ts';
import { report } from './report.ts';

/*
 * What the time series costs k6: a script written by hand at a fixed rate, with remote write, without any output, and
 * with k6's JSON, in turns. The difference looked for is smaller than what one run differs from the next on a noisy
 * machine, so there are many.
 */

const outputs: readonly Output[] = ['remote write', 'none', 'json'];

export async function benchLoadOutputs(): Promise<void> {
  const isQuick = process.argv.includes('--quick');
  const rounds = isQuick ? 3 : 21;
  const seconds = isQuick ? 5 : 8;
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const server = await serveItems();
  try {
    const script = (await scriptsFor(dir, server.port, 'at a fixed rate', seconds))['by hand'];
    const cpu: Record<Output, number[]> = { 'remote write': [], none: [], json: [] };
    for (let round = 0; round < rounds; round += 1) {
      // Each output is first as often as it is last.
      for (let turn = 0; turn < outputs.length; turn += 1) {
        const output = outputs[(round + turn) % outputs.length] as Output;
        cpu[output].push((await runK6(server, script, seconds, output)).cpuMicros);
      }
    }
    for (const output of outputs) report(`${output}, CPU a request`, 'µs', cpu[output]);
    for (const output of outputs) {
      if (output === 'none') continue;
      report(
        `${output} against none, CPU a request`,
        '×',
        cpu[output].map((one, index) => one / (cpu.none[index] ?? Number.NaN)),
      );
    }
  } finally {
    await server.end();
    rmSync(dir, { recursive: true, force: true });
  }
}
