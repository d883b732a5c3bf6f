import { defineConfig } from 'vitest/config';
import { apart, testSettings } from '../../vitest.base.ts';

/**
 * Restores, what stands in ledgers, and routes on an API server are looked at in the end, however long it took; others
 * keep a time of their own.
 */
export default defineConfig(
  apart(testSettings('dr'), [
    'test/backup/**/*.test.ts',
    'test/drills/{guardian-gone,lasting-outage,lease,lose,may-begin,plan-and-advice,stable}.test.ts',
    'test/drills/{stay-well,take-over,waiting,way-back,writes-back}.test.ts',
    'test/drivers/{haproxy-detection,postgres-texts,route-reach}.test.ts',
    'test/drivers/kubernetes-route/**/*.test.ts',
    'test/ledger/**/*.test.ts',
    'test/negative-controls.test.ts',
    'test/outage/{outage,properties}.test.ts',
    'test/restore/**/*.test.ts',
    'test/split-brain/report.test.ts',
  ]),
);
