import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import process from 'node:process';
import { foundLines, intentsLine, outcomeLine } from '../../packages/dr/src/ledger/lines.ts';
import type { Found } from '../../packages/dr/src/ledger/writes.ts';

/* Makes the file of a ledger of so many writes by 64 workers at 5,000 a second, read back twice, three of them lost. */

const [, , file = '', wanted = '0'] = process.argv;
const workers = 64;
const perPage = 10_000;
/** As many requests as a ledger of this rate puts down together. */
const together = 32;
const all = Math.floor(Number(wanted) / workers) * workers;
const fd = openSync(file, 'ax');
let text = '';
const put = (lines: string): void => {
  text += lines;
  if (text.length < 1 << 20) return;
  writeSync(fd, text);
  text = '';
};
put(`${JSON.stringify({ type: 'ledger', at: 0, collection: 'bench' })}\n`);
for (let n = 0; n < all; n += together) {
  const requests = Array.from({ length: together }, (_, i) => [
    { worker: (n + i) % workers, sequence: Math.floor((n + i) / workers) },
  ]);
  put(intentsLine(requests, n * 200));
  requests.forEach((keys, i) => put(outcomeLine(keys, 'ok', (n + i) * 200 + 6000, 5000, '')));
}
for (const reading of [1, 2]) {
  for (let n = 0; n < all; n += perPage) {
    const page: Found[] = [];
    for (let i = n; i < Math.min(n + perPage, all); i += 1) {
      if (i >= all - 3) continue;
      page.push({ key: { worker: i % workers, sequence: Math.floor(i / workers) }, corrupt: false });
    }
    put(foundLines(reading, page));
  }
  const begun = all * 200 + reading * 1_000_000;
  put(`${JSON.stringify({ type: 'reading', reading, begun, completed: begun + 1 })}\n`);
}
put(`${JSON.stringify({ type: 'sum', intents: all, outcomes: all, found: 2 * (all - 3), readings: 2 })}\n`);
writeSync(fd, text);
closeSync(fd);
process.stdout.write(JSON.stringify({ bytes: statSync(file).size }));
