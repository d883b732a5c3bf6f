import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, geteuid } from 'node:process';
import type { FenceProof } from '../../src/drivers/fence-proof.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import type { PatroniNode } from '../../src/drivers/patroni/config.ts';
import { createPatroniStore } from '../../src/drivers/patroni/store.ts';
import type { RedisNode } from '../../src/drivers/redis/config.ts';
import { createRedisStore } from '../../src/drivers/redis/store.ts';
import { testContext } from './two-servers.ts';

const context = testContext();
const service = { start: ['true'], stop: ['true'] };
const nobody = geteuid?.() === 0 ? 65_534 : geteuid?.();
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-proof-'));
  chmodSync(dir, 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** As whoever runs it who is not root: root may write anywhere. */
function ofPostgres(changes: Partial<PostgresNode>): readonly string[] {
  const url = 'postgresql://x@127.0.0.1:1/x';
  const at = { name: 'a', region: 'a', url, upstreamUrl: url, slot: 's', binDir: '/', dataDir: '/', service };
  const store = new URL('../../src/drivers/postgres/store.ts', import.meta.url).href;
  const program = `
    const { createPostgresStore } = await import(${JSON.stringify(store)});
    const store = createPostgresStore({ nodes: [${JSON.stringify({ ...at, ...changes })}], synchronous: false });
    console.log(JSON.stringify(await store.whyNoProof('a', {})));`;
  const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const as = geteuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  return JSON.parse(execFileSync(execPath, argv, { encoding: 'utf8', cwd: '/', ...as })) as string[];
}

it('refuses a PostgreSQL node whose files could not be written, and says who would have to', () => {
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir, { mode: 0o555 });
  expect(ofPostgres({ dataDir })).toEqual([
    expect.stringMatching(
      new RegExp(
        `^node a could not be fenced: user ${nobody} may not write in ${dataDir} .*run this as root`,
      ),
    ),
  ]);
  chmodSync(dataDir, 0o777);
  expect(ofPostgres({ dataDir })).toEqual([]);
  expect(ofPostgres({ dataDir, runAs: { uid: 4, gid: 4 } })).toEqual([
    expect.stringMatching(/^node a could not be fenced: its files belong to user 4 and group 4 \(runAs\)/),
  ]);
  expect(ofPostgres({ dataDir: join(dir, 'nowhere') })).toEqual([
    expect.stringMatching(/^node a could not be fenced: its files are not to be seen at .*nowhere/),
  ]);
});

it('refuses a Redis node that could neither be stopped nor be kept from writing when it starts again', async () => {
  const whyNot = async (changes: Partial<RedisNode>): Promise<readonly string[]> => {
    const node = { name: 'a', region: 'a', url: 'redis://127.0.0.1:1', ...changes };
    const store: FenceProof = createRedisStore({ nodes: [node], catchUpWithinSeconds: 1 });
    return await store.whyNoProof('a', context);
  };
  const configFile = join(dir, 'redis.conf');
  expect(await whyNot({})).toEqual([
    expect.stringMatching(/neither a configFile .* nor a service .*: give it/),
  ]);
  expect(await whyNot({ service })).toEqual([]);
  expect(await whyNot({ service, configFile })).toEqual([
    expect.stringContaining('cannot be replaced (ENOENT'),
  ]);
  writeFileSync(configFile, '');
  expect(await whyNot({ configFile })).toEqual([]);
});

it('refuses a member of Patroni that nobody could stop once it is dead', async () => {
  const whyNot = async (changes: Partial<PatroniNode>): Promise<readonly string[]> => {
    const node = { name: 'a', region: 'a', member: 'a', api: 'http://x', url: 'postgresql://x', ...changes };
    const store: FenceProof = createPatroniStore({ scope: 's', nodes: [node], promoteWithinSeconds: 1 });
    return await store.whyNoProof('a', context);
  };
  expect(await whyNot({})).toEqual([
    expect.stringMatching(/^node a could not be fenced .* has no service: give/),
  ]);
  expect(await whyNot({ service })).toEqual([]);
});
