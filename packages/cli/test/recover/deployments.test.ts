import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeSite, type Ended, type Site } from '../stop/site.ts';

/** A deployment that a dead run has begun, looked at without the run's folder. */

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 240_000 });

const says = join(tmpdir(), `ordeal-deployment-says-${pid}.json`);
let site: Site;
beforeAll(async () => {
  const config = {
    what: 'the API, one replica after another',
    start: { argv: ['false'] },
    status: { argv: ['cat', says] },
    rollBack: { argv: ['/opt/ops/deploy', 'back-to', '{{version}}', '--why', 'a test'] },
  };
  site = await makeSite(
    '',
    `deployments: { rolling: { driver: 'command', config: ${JSON.stringify(config)} } },`,
  );
});
afterAll(async () => {
  rmSync(says, { force: true });
  await site.close();
});

const look = (status: object | undefined, ...more: readonly string[]): Promise<Ended> => {
  rmSync(says, { force: true });
  if (status !== undefined) writeFileSync(says, JSON.stringify(status));
  return site.on('a-new-machine', 'recover', '--platform', 'shop', '--look', ...more);
};

it.each([
  [
    'is under way',
    { settled: false, versions: ['1.0.0'], detail: '1 of 3 replaced' },
    '1 of 3 replaced; 1.0.0',
  ],
  ['is left half way', { settled: true, versions: ['1.0.0', '1.1.0'] }, '1.0.0 and 1.1.0'],
  ['serves nothing', { settled: true, versions: [] }, 'no version'],
])(
  'is left to a person when it %s, with the command that brings a version back',
  async (_, status, shown) => {
    const { code, stdout } = await look(status);
    expect(code).toBe(4);
    expect(stdout).toContain(`left        the API, one replica after another (${shown} serve`);
    expect(stdout).toMatch(/which version is meant to serve is not known here/);
    expect(stdout).toContain(
      'bring it back by hand with: /opt/ops/deploy back-to {{version}} --why "a test"',
    );
    expect(stdout).not.toContain('Nothing is in');
  },
);

it('is no clean platform when it does not say how it stands', async () => {
  const { code, stdout } = await look(undefined);
  expect(code).toBe(4);
  expect(stdout).toMatch(/left +the API, .*how it stands cannot be told \(.*cat.*bring it back by hand with/);
});

it('says which version serves where one does, as nobody here knows which one is meant to', async () => {
  const { code, stdout } = await look({ settled: true, versions: ['1.0.0'] });
  expect(code).toBe(0);
  expect(stdout).toContain('Nothing is in at the targets of shop');
  expect(stdout).toMatch(/serves +the API, one replica after another: 1\.0\.0/);
  const json = await look({ settled: true, versions: ['1.0.0'] }, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject([
    { left: [], serves: ['the API, one replica after another: 1.0.0'] },
  ]);
});
