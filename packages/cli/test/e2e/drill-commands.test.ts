import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { SiteControl } from '@ordeal/lab/control/site-control';
import { labDir } from '@ordeal/lab/layout/paths';
import { readSite } from '@ordeal/lab/read-site';
import type { LabSite } from '@ordeal/shared/platform/site';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedPlatform } from './changed-platform.ts';
import { makeWorkplace } from './ordeal.ts';

/** Drills by name, as a person runs them: refused with what to do, asked about, and decided against. */
describe('drills as commands', () => {
  const workplace = makeWorkplace();
  const name = `e2e-drills-${pid}`;
  const drill = (...args: readonly string[]): string[] => [
    'drill',
    ...args,
    '--lab-name',
    name,
    '--pace',
    'short',
  ];

  beforeAll(async () => {
    const up = await workplace.run('lab', 'up', '--lab-name', name);
    if (up.code !== 0) throw new Error(`the lab is not up: ${up.stderr}`);
  });
  afterAll(async () => {
    await workplace.run('lab', 'down', '--lab-name', name);
    workplace.remove();
  });

  it('failback: refused, since nothing was failed over', async () => {
    const { code, stdout } = await workplace.run(...drill('failback'));
    expect(code, stdout).toBe(3);
    expect(stdout).toMatch(/region a has the primary already .*drill a failover first/);
    expect(workplace.record().loads ?? [], 'not even load was sent').toEqual([]);
  });

  it('backup-freshness: the nightly dump is young enough, and nothing is restored', async () => {
    const { code, stdout } = await workplace.run(...drill('backup-freshness'));
    expect(code, stdout).toBe(0);
    expect(workplace.record().restores?.map((one) => one.name)).toEqual(['backup-freshness']);
  });

  it('switchover: while a person is asked over HTTP nobody else drills, and a no leaves all as it was', async () => {
    // Before its first step: further on it goes only where clients are well, which they may not be on a busy machine.
    const running = workplace.start(...drill('switchover', '--step', '--approve', 'http'));
    let said = '';
    running.child.stderr?.on('data', (chunk) => (said += String(chunk)));
    const asked = /http:\/\/127\.0\.0\.1:\d+\/approve\/[0-9a-f]{48}/;
    while (!asked.test(said)) {
      if (running.child.exitCode !== null) throw new Error((await running.finished).stdout);
      await systemClock.sleep(50);
    }
    const url = asked.exec(said)?.[0] ?? '';
    const answer = (to: string, approved: boolean): Promise<number> =>
      fetch(to, {
        method: 'POST',
        body: JSON.stringify({ approved, by: 'ann', why: 'the standby is being looked at' }),
      }).then((response) => response.status);

    expect(await answer(`${url.slice(0, -1)}x`, true)).toBe(404);
    const other = makeWorkplace();
    const refused = await other.run(...drill('region'));
    other.remove();
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/has been at work on this platform since .*: wait for it, or end it/);

    expect(await answer(url, false)).toBe(200);
    const { code, stdout } = await running.finished;
    expect(code, stdout).not.toBe(0);
    const [record] = workplace.record().drills;
    expect(record?.steps[0]).toMatchObject({ name: 'check', outcome: 'failed' });
    expect(record?.approvals).toMatchObject([
      { step: 'check', approved: false, how: 'http', by: 'ann', why: 'the standby is being looked at' },
    ]);
    expect(record?.approvals?.[0]?.waitedSeconds).toBeGreaterThan(0);
    expect(record?.failed).toContain('the primary was not touched');
    expect(workplace.record().residue).toEqual([]);
  });

  describe('refused, each with what to do about it', () => {
    const site = (): LabSite => {
      const found = readSite(name);
      if (found === undefined) throw new Error('the lab is up and has no site');
      return found;
    };
    const changed = (of: string, fields: string): readonly string[] => [
      '--platform',
      changedPlatform(workplace.dir, of, fields),
    ];
    const query = async (url: string, text: string): Promise<readonly unknown[]> => {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    };

    it('a platform whose pinned identity is another one', async () => {
      const other = changed('another', "identity: { databases: { main: '4711' } }");
      const { code, stdout } = await workplace.run(...drill('switchover', ...other));
      expect(code, stdout).toBe(3);
      expect(stdout).toMatch(
        /not the platform that is meant: .* has the system_identifier \d+; identity\.databases has 4711: correct/,
      );
    });

    it('a restore into the files of a live server', async () => {
      const live = changed(
        'into-live',
        `backups: { ...platform.backups, database: { ...platform.backups.database, restore: {
           ...platform.backups.database.restore,
           into: { ...platform.backups.database.restore.into, dir: lab.regions.a.postgres.dataDir },
         } } }`,
      );
      const { code, stdout } = await workplace.run(...drill('restore', ...live));
      expect(code, stdout).toBe(3);
      expect(stdout).toMatch(
        /a server runs in .*nothing is restored into it: name a directory in `into\.dir`/,
      );
      const { url } = site().regions.a.postgres;
      expect(await query(url, 'SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: false }]);
    });

    it('a tenant that would leave its allowed regions', async () => {
      const bound = changed('bound', "tenants: [{ id: 'ordeal', allowedRegions: ['a'] }]");
      for (const kind of ['failover', 'switchover', 'region']) {
        const { code, stdout, stderr } = await workplace.run(...drill(kind, ...bound));
        expect(code, stdout + stderr).toBe(3);
        expect(stdout + stderr).toMatch(
          /would move tenant ordeal to region b, .* allowed regions \(a\): drill another region, or allow it/,
        );
      }
    });

    it('without a backup that is young enough', async () => {
      const { storage } = site().backups.dumps;
      const path = storage.kind === 'directory' ? storage.path : '';
      const files = readdirSync(path).map((file) => join(path, file));
      const were = files.map((file) => statSync(file).mtime);
      const long = new Date(Date.now() - 2 * 86_400_000);
      for (const file of files) utimesSync(file, long, long);
      try {
        const { code, stdout } = await workplace.run(...drill('failover'));
        expect(code, stdout).toBe(3);
        expect(stdout).toMatch(
          /the newest backup in dump \(.*\) is 17\d{4} s old, at most 90000 s .*: take one first/,
        );
      } finally {
        files.forEach((file, i) => utimesSync(file, were[i] ?? long, were[i] ?? long));
      }
    });

    it('with a standby that is too far behind', async () => {
      const { a, b } = site().regions;
      await query(b.postgres.url, 'SELECT pg_wal_replay_pause()');
      try {
        await query(a.postgres.url, "SELECT pg_logical_emit_message(true, 'test', 'not replayed yet')");
        const { code, stdout } = await workplace.run(...drill('failover'));
        expect(code, stdout).toBe(3);
        expect(stdout).toMatch(/node b is \d+\.\d s behind \(at most 5 s\): .*find out why it lags/);
      } finally {
        await query(b.postgres.url, 'SELECT pg_wal_replay_resume()');
      }
    });
  });

  it('failover: without a standby it is refused, although Prometheus misses the same server', async () => {
    await new SiteControl(labDir(name), systemClock).stop('b/postgres');
    const { code, stdout } = await workplace.run(...drill('failover'));
    expect(code, stdout).toBe(3);
    expect(stdout).toMatch(
      /there is no healthy standby: node b does not answer .*start it, and let it catch up/,
    );
  });
});
