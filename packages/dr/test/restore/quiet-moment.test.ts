import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { quietMoment } from '../../src/drivers/pg-basebackup/quiet-moment.ts';
import { startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { until } from '../observers/fixtures/until.ts';

vi.setConfig({ testTimeout: 120_000 });

let source: Source;

beforeAll(async () => {
  source = await startSource();
}, 60_000);
afterAll(() => source.dispose());

async function waitsFor(standby: string): Promise<void> {
  await source.sql(`ALTER SYSTEM SET synchronous_standby_names = '${standby}'`);
  await source.sql('SELECT pg_reload_conf()');
}

it('is not quiet while a commit that is in the log already waits for its standby', async () => {
  await waitsFor('nobody');
  let ended = false;
  const commit = source.sql("INSERT INTO orders (item, price) VALUES ('waits', 1)").then(() => {
    ended = true;
  });
  await until(async () => {
    const waiting = await source.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    return waiting.length === 1;
  }, 'the commit waits');
  await expect(quietMoment(source.url, 'waiting', 500, testContext())).rejects.toThrow(
    'no transaction was under way',
  );
  expect(ended).toBe(false);
  await waitsFor('');
  await commit;
  const { content } = await quietMoment(source.url, 'ended', 20_000, testContext());
  expect(content.tables.find(({ name }) => name === 'public.orders')).toMatchObject({ rows: 2001 });
});
