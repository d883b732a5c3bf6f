import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import type { Book } from '../../src/ledger/book.ts';
import type { LedgerStore } from '../../src/ledger/stores/store.ts';
import { startWriter } from '../../src/ledger/writer.ts';
import type { WriteKey } from '../../src/ledger/writes.ts';
import { until } from '../observers/fixtures/until.ts';

/** A disk that is as slow as the test wants it, and a store that answers when the test says so. */
function ground(writesPerRequest = 1) {
  const events: string[] = [];
  const syncs: (() => void)[] = [];
  const answers: (() => void)[] = [];
  const words = (keys: readonly WriteKey[]): string =>
    keys.map(({ worker, sequence }) => `${worker}-${sequence}`).join('+');
  const book: Pick<Book, 'intents' | 'outcome' | 'commit'> = {
    intents: (requests) => void events.push(...requests.map((keys) => `intent ${words(keys)}`)),
    outcome: (keys, { outcome }) => void events.push(`${outcome} ${words(keys)}`),
    commit: () => new Promise((resolve) => syncs.push(resolve)),
  };
  const store: LedgerStore = {
    writesPerRequest,
    prepare: async () => undefined,
    write: async (keys) => {
      events.push(`sent ${words(keys)}`);
      const sent = systemClock.now();
      await new Promise<void>((resolve) => answers.push(resolve));
      return { sent, completed: systemClock.now(), outcome: 'ok', detail: '' };
    },
    read: async () => undefined,
    closeAll: () => void events.push('closed'),
  };
  const start = (rate: number) =>
    startWriter(store, book, { rate, workers: 2 }, systemClock, (reason) => events.push(reason));
  const release = (those: (() => void)[]): void => {
    for (const one of those.splice(0)) one();
  };
  return { events, start, sync: () => release(syncs), answer: () => release(answers), syncs };
}

const few = 5;

it('sends nothing before its intent is on disk, and counts nothing before its outcome is', async () => {
  const { events, start, sync, answer, syncs } = ground();
  const writer = start(100);
  await until(() => syncs.length > few, 'looks at who is due');
  expect(events).toContain('intent 0-0');
  expect(events.filter((event) => event.startsWith('sent'))).toEqual([]);
  sync();
  await until(() => events.includes('sent 0-0') && events.includes('sent 1-0'), 'the requests');
  answer();
  await until(() => events.includes('ok 0-0'), 'the outcome');
  const before = syncs.length;
  await until(() => syncs.length > before + few, 'looks that would put it down');
  expect(writer.progress()).toEqual({ first: null, last: null, acknowledged: 0 });
  sync();
  await until(() => writer.progress().acknowledged === 2, 'what was acknowledged');
  const stopping = writer.stop();
  const ending = setInterval(() => {
    sync();
    answer();
  }, 1);
  await stopping;
  clearInterval(ending);
});

it('has one request of a worker under way, whose writes follow one another, and an end that waits for all', async () => {
  const { events, start, sync, answer } = ground(3);
  const pace = setInterval(() => {
    sync();
    answer();
  }, 1);
  const writer = start(600);
  await until(() => events.includes('ok 0-6+0-7+0-8'), 'three requests of a worker');
  await writer.stop();
  clearInterval(pace);
  const mine = events.filter((event) => event.includes(' 0-')).slice(0, 6);
  expect(mine).toEqual(
    ['0-0+0-1+0-2', '0-3+0-4+0-5'].flatMap((keys) => [`intent ${keys}`, `sent ${keys}`, `ok ${keys}`]),
  );
  expect(events.at(-1)).toBe('closed');
  const sent = events.filter((event) => event.startsWith('sent'));
  expect(events.filter((event) => event.startsWith('ok'))).toHaveLength(sent.length);
  expect(writer.progress().acknowledged).toBe(3 * sent.length);
});
