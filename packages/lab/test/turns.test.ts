import { expect, it } from 'vitest';
import { Turns } from '../src/api/store/turns.ts';

it('come in the order in which they are asked for, as others are given back', async () => {
  const turns = new Turns(1);
  const first = await turns.take(10_000);
  const came: string[] = [];
  const second = turns.take(10_000).then((back) => {
    came.push('second');
    return back;
  });
  const third = turns.take(10_000).then(() => came.push('third'));
  expect(turns.waiting).toBe(2);
  first();
  // Given back twice it is not there twice.
  first();
  const back = await second;
  expect(came).toEqual(['second']);
  back();
  await third;
  expect(turns.waiting).toBe(0);
});

it('are not waited for for longer than that, nor when nobody has any to give', async () => {
  const turns = new Turns(0);
  await expect(turns.take(1)).rejects.toThrow('none was free within 1 ms');
  const waiting = turns.take(10_000);
  turns.close(new Error('the server is gone'));
  await expect(waiting).rejects.toThrow('the server is gone');
  expect(turns.waiting).toBe(0);
});
