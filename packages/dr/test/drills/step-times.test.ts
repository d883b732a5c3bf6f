import { systemClock } from '@ordeal/shared/time/system-clock';
import { drillSteps } from '@ordeal/shared/scenario/drill-steps';
import type { RunEvent } from '@ordeal/shared/timeline/event';
import { describe, expect, it } from 'vitest';
import type { Course } from '../../src/drills/course.ts';
import { describeDrill } from '../../src/drills/describe.ts';
import { runbooks } from '../../src/drills/runbooks.ts';
import { runSteps, type DrillStep } from '../../src/drills/steps.ts';
import { timesOf } from '../../src/drills/step-times.ts';
import { failover } from './failover-phase.ts';

const kinds = Object.keys(runbooks) as (keyof typeof runbooks)[];

describe.each(kinds)('the steps of a drill of kind %s', (kind) => {
  it('all have a target, and a time after which they are given up, but for what a person takes', () => {
    const times = runbooks[kind].map(({ name }) => ({ name, ...timesOf({ name }, failover, undefined) }));
    const persons = times.filter(({ timeout }) => timeout === null).map(({ name }) => name);
    expect(persons).toEqual(kind === 'observe' ? [] : ['decide']);
    const others = times.filter(({ name }) => name !== 'decide');
    expect(others.filter(({ target }) => !((target ?? 0) > 0))).toEqual([]);
    expect(others.filter(({ target, timeout }) => !((timeout ?? 0) > (target ?? Infinity)))).toEqual([]);
  });

  it('are those that a scenario may speak of', () => {
    for (const { name } of runbooks[kind]) expect(drillSteps[kind]).toContain(name);
  });
});

it('shows the times of all steps in the plan, and those that the scenario says', () => {
  const steps = { promote: { target: 3, timeout: 9 }, fence: { target: 2 } };
  const plan = describeDrill({ ...failover, steps });
  expect(plan.find((line) => line.includes('promote:'))).toContain('(target 3 s, given up after 9 s)');
  expect(plan.find((line) => line.includes('fence:'))).toContain('(target 2 s, given up after 120 s)');
  expect(plan.find((line) => line.includes('check:'))).toContain('(target 45 s, given up after 120 s)');
});

it('waits for twice two leases more before it gives up waiting for clients', () => {
  const usual = timesOf({ name: 'recover' }, failover, undefined).timeout ?? 0;
  expect(timesOf({ name: 'recover' }, failover, 30).timeout).toBe(usual + 120);
});

it('wants nothing later than it is given up, and counts no watching of clients against their recovery', () => {
  const slow = { ...failover, deadline: 60, targets: { ...failover.targets, rto: 3600 } };
  const { target, timeout } = timesOf({ name: 'recover' }, slow, undefined);
  expect(target).toBe(timeout);
  const soon = timesOf({ name: 'recover' }, { ...failover, stableFor: 30 }, undefined);
  expect(soon.target).toBeGreaterThan(failover.targets.rto + 30);
});

async function runAll(steps: readonly DrillStep[], times: Course['phase']['steps'], abort?: AbortSignal) {
  const events: RunEvent[] = [];
  const context = {
    clock: systemClock,
    journal: { append: (event: RunEvent) => void events.push(event) },
  };
  const course = {
    phase: { ...failover, steps: times },
    deps: {},
    context,
    steps: [],
    waits: [],
    approvals: [],
  } as unknown as Course;
  const failure = await runSteps(course, steps, abort ?? new AbortController().signal);
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  return { failure, course, warnings };
}

function step(name: DrillStep['name'], run: DrillStep['run']): DrillStep {
  return { name, plan: () => name, run };
}

it('tells of a step that took longer than its target, and goes on', async () => {
  const slow = step('promote', async (_, { clock, signal }) => {
    await clock.sleep(120, signal);
    return { detail: 'done' };
  });
  const { failure, warnings, course } = await runAll([slow], { promote: { target: 0.1, timeout: 5 } });
  expect(failure).toBeUndefined();
  expect(course.steps).toMatchObject([{ name: 'promote', outcome: 'done', target: 0.1 }]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Region a is lost: step promote took 0\.\d s, and its target is 0\.1 s$/),
  ]);
});

it('gives a step up whose time is over, by the signal of its drivers, and skips what is behind it', async () => {
  const ended: string[] = [];
  const hangs = step('promote', async (_, { clock, signal }) => {
    await clock.sleep(60_000, signal).finally(() => ended.push('told to end, and waited for'));
    return { detail: 'done' };
  });
  const next = step('route', async () => ({ detail: 'done' }));
  const { failure, course } = await runAll([hangs, next], {
    promote: { target: 0.02, timeout: 0.05 },
  });
  expect(failure).toMatchObject({
    step: 'promote',
    message: 'it took longer than 0.05 s, and was given up',
  });
  expect(ended).toEqual(['told to end, and waited for']);
  expect(course.steps.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
});

it('is stopped, and not given up, when the run is ended', async () => {
  const abort = new AbortController();
  const hangs = step('promote', async (_, { clock, signal }) => {
    abort.abort(new Error('interrupted by SIGINT'));
    await clock.sleep(60_000, signal);
    return { detail: 'done' };
  });
  const { failure } = await runAll([hangs], { promote: { timeout: 0.05 } }, abort.signal);
  expect(failure?.message).toBe('stopped: interrupted by SIGINT');
});
