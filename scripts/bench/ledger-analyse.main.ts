import process from 'node:process';
import { analyseLedger } from '../../packages/dr/src/ledger/analyse.ts';
import { ledgerFile } from '../../packages/dr/src/ledger/ledger-file.ts';

/* Analyses a ledger's file, and prints what that took. */

const [, , path = '', writes = '0'] = process.argv;
const before = performance.now();
const question = { fault: { low: 1e9, high: 1e9 }, targetSeconds: 5, anchor: { monotonicMs: 0, wallMs: 0 } };
const { lost } = await analyseLedger(ledgerFile(path, Number(writes)), question);
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    lost,
    seconds: (performance.now() - before) / 1000,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
