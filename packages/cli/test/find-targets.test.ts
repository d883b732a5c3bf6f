import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { expect, it } from 'vitest';
import { findTargets } from '../src/commands/faults.ts';

type Loaded = Parameters<typeof findTargets>[0];

it('says of which fault a plan does not know what it would hit, and why', async () => {
  const answers: Record<string, () => Promise<unknown>> = {
    known: async () => [{ name: 'proxy a' }],
    refused: () => Promise.reject(new Error('connect ECONNREFUSED')),
    silent: () => new Promise(() => {}),
  };
  const loaded = {
    needsLab: false,
    drivers: {
      fault: (name: string) => ({
        driver: { targets: answers[name] },
        config: {},
        entry: { title: `It is ${name}` },
      }),
    },
  } as unknown as Loaded;
  const phases = Object.keys(answers).map((fault) => ({ phase: 'experiment', faults: [fault] }));
  const scenario = { phases } as unknown as Parameters<typeof findTargets>[1];
  const found = await findTargets(loaded, scenario, createVirtualClock({ now: 0, wall: 0 }));
  expect([...found.targets]).toEqual([['known', ['proxy a']]]);
  expect(found.warnings).toEqual([
    expect.stringMatching(
      /^What "It is refused" would hit cannot be told now: connect ECONNREFUSED\. It is asked again/,
    ),
    expect.stringMatching(
      /^What "It is silent" would hit cannot be told now: The answer took longer than 5 s/,
    ),
  ]);
});
