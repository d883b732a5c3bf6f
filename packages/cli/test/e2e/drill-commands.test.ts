import { pid } from 'node:process';
import { SiteControl } from '@ordeal/lab/control/site-control';
import { labDir } from '@ordeal/lab/layout/paths';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const running = workplace.start(...drill('switchover', '--approve', 'http'));
    let said = '';
    running.child.stderr?.on('data', (chunk) => (said += String(chunk)));
    const asked = /http:\/\/127\.0\.0\.1:\d+\/approve\/[0-9a-f]+/;
    while (!asked.test(said) && running.child.exitCode === null) await systemClock.sleep(50);
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
    const step = record?.steps.find((one) => one.name === 'decide');
    expect(step).toMatchObject({ outcome: 'failed' });
    expect(record?.approvals).toMatchObject([
      { step: 'decide', approved: false, how: 'http', by: 'ann', why: 'the standby is being looked at' },
    ]);
    expect(record?.approvals?.[0]?.waitedSeconds).toBeGreaterThan(0);
    expect(record?.failed).toContain('the primary was not touched');
    expect(workplace.record().residue).toEqual([]);
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
