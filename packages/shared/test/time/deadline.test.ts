import { expect, it } from 'vitest';
import { within } from '../../src/time/deadline.ts';
import { systemClock } from '../../src/time/system-clock.ts';

it('says in a figure that a person reads after how long something was given up', async () => {
  const never = () => new Promise<never>(() => undefined);
  await expect(within(systemClock, 38.37 / 3, 'Healing', undefined, never)).rejects.toThrow(
    /^Healing took longer than 0\.013 s\.$/,
  );
});
