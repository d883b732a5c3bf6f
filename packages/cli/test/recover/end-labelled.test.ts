import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { Labelled } from '@ordeal/shared/undo/labelled';
import { expect, it } from 'vitest';
import { endOne } from '../../src/recover/end-labelled.ts';

const about = {
  clock: createVirtualClock({ now: 0, wall: 0 }),
  signal: new AbortController().signal,
  runs: {
    isUnderWay: (run: string) => run === 'busy',
    isDead: (run: string) => run === 'dead',
    atWorkOn: () => [],
  },
};
const changed = (run: string | undefined): Labelled => ({
  name: 'deployment shop/db',
  state: 'changed',
  run,
  end: { by: 'hand', how: 'bring that back' },
});

it('tells nobody to bring something back by hand that a living run may have changed', async () => {
  const saidOf = async (run: string | undefined): Promise<readonly string[]> =>
    (await endOne(changed(run), about)).map(({ is, text }) => `${is} ${text}`);
  expect(await saidOf('busy')).toEqual([]);
  expect(await saidOf('dead')).toEqual([
    expect.stringMatching(/^left deployment shop\/db .*has put it there; bring that back$/),
  ]);
  expect(await saidOf('unseen')).toEqual([
    expect.stringMatching(/^left .*has put it there; only if run unseen is dead: bring that back$/),
  ]);
  expect(await saidOf(undefined)).toEqual([
    expect.stringMatching(/^left .*has put it there; only if no run is at work here: bring that back$/),
  ]);
});
