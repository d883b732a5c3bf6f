import { evidenceOver } from '@ordeal/shared/judge/client-evidence';
import { expect, it } from 'vitest';
import { runExperiment } from '../../src/experiment/run-experiment.ts';
import { APART_MS } from '../../src/experiment/steady-window.ts';
import { interval, simulate } from '../fixtures/simulation.ts';
import { phase } from '../fixtures/steady.ts';

it('what is injected comes well behind the steady window', async () => {
  const sim = simulate(() => ({}));
  const { windows } = await runExperiment(phase, sim.deps(), sim.context);
  expect(sim.fault.injected).toBeGreaterThanOrEqual((windows[0]?.monotonicTo ?? Infinity) + APART_MS);
});

it('a generator that ends between the two is told, and nothing is injected', async () => {
  const sim = simulate(() => ({}));
  const endsAt = sim.clock.now() + phase.steadyFor * 1000 + APART_MS - 300;
  const deps = sim.deps({
    generatorEnded: () => (sim.clock.now() > endsAt ? 'k6 has gone' : undefined),
  });
  const { record } = await runExperiment(phase, deps, sim.context);
  expect(sim.fault.injected).toBeUndefined();
  expect(record.notInjected).toContain('the load generator has ended: k6 has gone');
});

/** Whether a request that began so much behind a window, and failed after so long, may have begun in it. */
function isDoubted(behindMs: number, tookMs: number, lateInReportMs: number): boolean {
  const span = { from: 0, to: 4000 };
  let from = span.to + behindMs + tookMs - lateInReportMs;
  const reports = [interval(from, { failed: 1, latencyMs: tookMs })];
  while (from > span.from) {
    from -= 1000;
    reports.unshift(interval(from));
  }
  const evidence = evidenceOver(reports, span);
  if (!evidence.ok) throw new Error(evidence.nothing.sentence);
  return evidence.reports.late > 0;
}

it('nothing that hangs in what is injected is taken for what hung before', () => {
  for (let took = 100; took <= 10_000; took += 37) {
    for (let late = 1; late < 1000; late += 83)
      expect(isDoubted(APART_MS, took, late), `${took} ms`).toBe(false);
  }
  // A second behind it, what took five is.
  expect(isDoubted(1000, 5000, 900)).toBe(true);
});
