import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { routeDriverContract } from '@ordeal/shared/testing/route-driver-contract';
import { storeDriverContract } from '@ordeal/shared/testing/store-driver-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandRoute, type CommandRouteConfig } from '../../../src/drivers/route-command/config.ts';
import { createCommandRoute } from '../../../src/drivers/route-command/route.ts';
import { parseCommandStore, type CommandStoreConfig } from '../../../src/drivers/store-command/config.ts';
import { createCommandStore } from '../../../src/drivers/store-command/store.ts';
import { twoRedis, type TwoRedis } from '../redis/two-redis.ts';
import { testContext } from '../two-servers.ts';

const context = testContext();

describe('a command route', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'ordeal-command-'));
    writeFileSync(join(dir, 'route'), 'a,b');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  function configOf(changes: Partial<CommandRouteConfig> = {}): CommandRouteConfig {
    const state = (region: string): string =>
      `$(case ,$(cat route), in *,${region},*) printf active;; *) printf out;; esac)`;
    return {
      regions: ['a', 'b'],
      status: [
        'sh',
        '-c',
        `cd ${dir}; echo "{\\"regions\\":{\\"a\\":\\"${state('a')}\\",\\"b\\":\\"${state('b')}\\"}}"`,
      ],
      switch: ['sh', '-c', `printf "$1" > ${dir}/route`, 'sh', '{{regions}}'],
      env: {},
      timeoutSeconds: 5,
      statusTimeoutSeconds: 5,
      shownWithinSeconds: 1,
      ...changes,
    };
  }

  const cases = routeDriverContract(() => ({
    driver: createCommandRoute(configOf()),
    regions: ['a', 'b'],
    parse: parseCommandRoute,
    mistaken: {
      raw: { regions: [], status: [], timeoutSeconds: -1 },
      places: ['.regions', '.status', '.switch', '.timeoutSeconds'],
    },
    reached: async () => readFileSync(join(dir, 'route'), 'utf8').split(',').toSorted(),
  }));
  it.each(cases)('keeps the contract: $name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it.each([
    ['that fails', { switch: ['sh', '-c', 'echo no right >&2; exit 3'] }, 'ended with 3: no right'],
    ['that hangs', { switch: ['sleep', '60'], timeoutSeconds: 0.2 }, 'did not end within 0.2 s'],
    ['that is not there', { switch: ['/nowhere/at-all'] }, 'cannot run /nowhere/at-all'],
    ['that does nothing', { switch: ['true'] }, 'the command switch says that it is done, but'],
    ['whose status is no JSON', { status: ['echo', 'fine'] }, 'expected JSON from the command status'],
    ['whose status leaves a region out', { status: ['echo', '{"regions":{"a":"active"}}'] }, 'found a'],
    ['whose status fails', { status: ['false'] }, 'ended with 1'],
  ])('is not believed %s', async (_, changes, message) => {
    await expect(createCommandRoute(configOf(changes)).switch(['b'], context)).rejects.toThrow(message);
  });

  it('tells the health of regions by a command, and does not guess without one', async () => {
    await expect(createCommandRoute(configOf()).health(context)).rejects.toThrow('give it a command health');
    const printed = { a: { up: 1, total: 2 }, b: { up: 0, total: 2 } };
    const route = createCommandRoute(configOf({ health: ['echo', JSON.stringify(printed)] }));
    expect(await route.health(context)).toEqual(printed);
  });

  it('shows its commands nothing of the environment but what they are given', async () => {
    const route = createCommandRoute(
      configOf({
        env: { ONLY: 'this' },
        status: [
          'sh',
          '-c',
          'echo "{\\"regions\\":{\\"a\\":\\"out\\",\\"b\\":\\"out\\"},\\"detail\\":{\\"home\\":\\"$HOME\\",\\"only\\":\\"$ONLY\\"}}"',
        ],
      }),
    );
    expect((await route.status(context)).detail).toEqual({ home: '', only: 'this' });
  });
});

describe('a command store over two Redis servers', () => {
  let servers: TwoRedis;
  beforeAll(async () => {
    servers = await twoRedis();
  });
  afterAll(async () => await servers.dispose());

  /** What a person might write: a script around `redis-cli`. */
  function configOf(changes: Partial<CommandStoreConfig> = {}): CommandStoreConfig {
    const port = (node: 'a' | 'b'): string => new URL(servers[node].url).port;
    const script = join(servers.a.configFile ?? '', '..', 'store.sh');
    writeFileSync(
      script,
      `port() { [ "$1" = a ] && echo ${port('a')} || echo ${port('b')}; }
other() { [ "$1" = a ] && echo b || echo a; }
cli() { node=$1; shift; timeout 2 redis-cli --no-auth-warning -a s:cret -p "$(port $node)" "$@"; }
field() { cli $1 INFO replication | tr -d '\\r' | sed -n "s/^$2://p"; }
caught_up() { for _ in $(seq 100); do [ "$(field $(other $1) master_link_status)" = up ] && [ "$(field $1 master_repl_offset)" = "$(field $(other $1) slave_repl_offset)" ] && return; sleep 0.1; done; exit 1; }
fence() { sed -i '/^replicaof/d' ${join(script, '..')}/$1.conf; echo 'replicaof nobody.invalid 1' >> ${join(script, '..')}/$1.conf; }
tell() {
  role=$(field $1 role)
  [ -n "$role" ] || { printf '{"name":"%s","reachable":false,"reason":"no answer"}' $1; return; }
  history=$(field $1 master_replid | cut -c1-12)
  lag=null; [ "$(field $1 master_link_status)" = up ] && lag=0
  [ $role = master ] && role=primary || role=standby
  printf '{"name":"%s","role":"%s","timeline":%d,"position":%d,"lagSeconds":%s}' $1 $role 0x$history $(field $1 master_repl_offset) $lag
}
case $1 in
status) printf '{"nodes":[%s,%s],"settings":{"appendonly":"no"}}' "$(tell a)" "$(tell b)";;
promote) cli $2 REPLICAOF NO ONE && cli $2 CONFIG REWRITE;;
fence) if [ "$(cli $2 PING)" = PONG ]; then cli $2 REPLICAOF nobody.invalid 1; cli $2 CONFIG REWRITE; else fence $2; fi;;
demote) cli $2 CONFIG SET min-replicas-to-write 99; caught_up $2; cli $2 REPLICAOF nobody.invalid 1; cli $2 CONFIG SET min-replicas-to-write 0;;
rejoin) cli $2 REPLICAOF 127.0.0.1 $(port $3); for _ in 1 2 3 4 5 6 7 8 9 10; do [ "$(field $2 master_link_status)" = up ] && exit 0; sleep 0.3; done; exit 1;;
writes) case $(cli $2 SET probe 1 PX 500 2>&1) in OK) field $2 master_replid; exit 0;; *READONLY*) echo read-only; exit 1;; *refused*) echo nobody listens; exit 1;; *) exit 2;; esac;;
esac
`,
    );
    const argv = (verb: string, ...rest: string[]): readonly string[] => ['sh', script, verb, ...rest];
    return {
      nodes: [
        { name: 'a', region: 'a' },
        { name: 'b', region: 'b' },
      ],
      status: argv('status'),
      promote: argv('promote', '{{node}}'),
      fence: argv('fence', '{{node}}'),
      demote: argv('demote', '{{node}}'),
      rejoin: argv('rejoin', '{{node}}', '{{primary}}'),
      takesWrites: argv('writes', '{{node}}'),
      whereSilent: 'refuse',
      env: {},
      timeoutSeconds: 20,
      statusTimeoutSeconds: 10,
      ...changes,
    };
  }

  const cases = storeDriverContract(() => ({
    driver: createCommandStore(configOf()),
    nodes: ['a', 'b'],
    parse: parseCommandStore,
    mistaken: { raw: { nodes: [], status: 'ls' }, places: ['.nodes', '.status', '.promote', '.rejoin'] },
    write: servers.write,
    read: servers.read,
    kill: async (node) => await servers.kill(node === 'a' ? servers.a : servers.b),
    restart: async (node) => await servers.start(node === 'a' ? servers.a : servers.b),
  }));
  it.each(cases)('keeps the contract: $name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('asks whether a node takes writes, by its exit code', async () => {
    const questions = createCommandStore(configOf()).openQuestions();
    expect(await questions.ask('a', context)).toMatchObject({
      takes: 'yes',
      incarnation: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    const mute = createCommandStore(configOf({ takesWrites: ['true'] })).openQuestions();
    expect(await mute.ask('a', context), 'as which primary?').toMatchObject({ takes: 'unknown' });
    expect(await questions.ask('b', context)).toMatchObject({ takes: 'no', detail: 'read-only' });
    const broken = createCommandStore(configOf({ takesWrites: ['sh', '-c', 'exit 7'] })).openQuestions();
    expect(await broken.ask('a', context)).toMatchObject({ takes: 'unknown', detail: 'it ended with 7: ' });
  });

  /** A `takesWrites` that ends so for node a, and with a refusal for b. */
  function ends(code: number): readonly string[] {
    return ['sh', '-c', `[ $0 = a ] || exit 1; echo timeline 1; exit ${code}`, '{{node}}'];
  }
  /** Node a is cut off, and only a write at the node itself tells that it goes on. */
  function cutOff(changes: Partial<CommandStoreConfig> = {}): CommandStoreConfig {
    const nodes = [
      { name: 'a', reachable: false, reason: 'the link to region a is cut' },
      { name: 'b', role: 'standby', timeline: 1, position: 1, lagSeconds: 0 },
    ];
    const idle = { fence: ['true'], promote: ['true'], demote: ['true'], takesWrites: ends(0) };
    return configOf({ ...idle, status: ['echo', JSON.stringify({ nodes })], ...changes });
  }
  /** Waits for nothing, so that a deadline comes at once. */
  function hasty(said: string[] = []): DriverContext {
    let skipped = 0;
    const clock = {
      now: () => context.clock.now() + skipped,
      wall: () => context.clock.wall(),
      sleep: async (ms: number) => void (skipped += 100 * ms),
    };
    return { clock, signal: context.signal, say: (text) => void said.push(text) };
  }

  it('takes no node for fenced or demoted that still takes writes, whatever its command and the status say', async () => {
    for (const whereSilent of ['refuse', 'believe'] as const) {
      const store = createCommandStore(cutOff({ whereSilent }));
      const still = 'node a still takes writes (it took a write)';
      await expect(store.fence('a', hasty())).rejects.toThrow(still);
      await expect(store.demote('a', 'b', hasty())).rejects.toThrow(still);
      await expect(store.promote('b', hasty())).rejects.toThrow('node a accepts writes');
    }
  });

  it('takes silence for a fence only where the platform says that the command is to be believed', async () => {
    for (const takesWrites of [ends(2), undefined]) {
      await expect(createCommandStore(cutOff({ takesWrites })).fence('a', hasty())).rejects.toThrow(
        /^the command says that it is done, but whether node a still takes writes cannot be told.*whereSilent: 'believe'/,
      );
      const said: string[] = [];
      const store = createCommandStore(cutOff({ takesWrites, whereSilent: 'believe' }));
      await store.fence('a', hasty(said));
      expect(said.join()).toContain('node a is taken for fenced by the word of its command alone');
    }
    await createCommandStore(cutOff({ takesWrites: ends(1) })).fence('a', hasty());
  });

  it('tells beforehand that nobody could see whether a silent node is fenced', async () => {
    const whyNot = async (changes: Partial<CommandStoreConfig>): Promise<readonly string[]> =>
      await createCommandStore(cutOff(changes)).whyNoProof('a', context);
    expect(await whyNot({ takesWrites: undefined })).toEqual([
      expect.stringMatching(/^a fence of node a could not be proven .* no command takesWrites: give it one/),
    ]);
    expect(await whyNot({ takesWrites: ends(2) })).toEqual([expect.stringContaining('mend that command')]);
    expect(await whyNot({ takesWrites: ends(0) })).toEqual([]);
    expect(await whyNot({ takesWrites: undefined, whereSilent: 'believe' })).toEqual([]);
  });

  it('takes no position from before a demotion for where the node ended', async () => {
    const file = join(servers.a.configFile ?? '', '..', 'demoted');
    const told = (a: object): string =>
      JSON.stringify({ nodes: [a, { name: 'b', role: 'standby', timeline: 1, position: 5, lagSeconds: 0 }] });
    const [before, after] = [
      told({ name: 'a', role: 'primary', timeline: 1, position: 5 }),
      told({ name: 'a', reachable: false, reason: 'stopped' }),
    ];
    const changes = {
      status: ['sh', '-c', `[ -e ${file} ] && echo '${after}' || echo '${before}'`],
      demote: ['touch', file],
      takesWrites: ends(1),
    };
    try {
      await expect(createCommandStore(cutOff(changes)).demote('a', 'b', hasty())).rejects.toThrow(
        'where node a ended is not known',
      );
      rmSync(file);
      await createCommandStore(cutOff({ ...changes, whereSilent: 'believe' })).demote('a', 'b', hasty());
    } finally {
      rmSync(file, { force: true });
    }
  });

  it('calls no heir complete when nothing is known of where the other one ended', async () => {
    const nodes = [
      { name: 'a', reachable: false, reason: 'no answer' },
      { name: 'b', role: 'standby', timeline: 1, position: 1, lagSeconds: 0 },
    ];
    const status = ['echo', JSON.stringify({ nodes })];
    const store = createCommandStore(
      configOf({ status, demote: ['true'], takesWrites: ends(1), whereSilent: 'believe' }),
    );
    await expect(store.demote('a', 'b', context)).rejects.toThrow('where node a ended is not known');
  });

  it.each([
    [
      'does nothing',
      { promote: ['true'] },
      'the command says that it is done, but node b is not the primary',
    ],
    ['fails', { promote: ['sh', '-c', 'echo locked >&2; exit 9'] }, 'ended with 9: locked'],
  ])(
    'does not believe a promotion that %s',
    async (_, changes, message) => {
      const lone = { nodes: [{ name: 'b', role: 'standby', timeline: 1, position: 1 }] };
      const store = createCommandStore(
        configOf({ ...changes, status: ['echo', JSON.stringify(lone)], takesWrites: ends(1) }),
      );
      await expect(store.promote('b', context)).rejects.toThrow(message);
    },
    30_000,
  );
});
