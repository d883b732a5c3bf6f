import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { makeWorkplace, type Workplace } from './ordeal.ts';

/**
 * The platforms that the lab serves besides the one that a newcomer sees. Their whole game days are a proof of their
 * own (`npm run prove -- platforms`): here one of them, and the gates of the others.
 */
let workplace: Workplace;
beforeEach(() => {
  workplace = makeWorkplace();
});
afterEach(() => workplace.remove());

const without = withoutPrograms('versitygw');
const withoutNames = withoutPrograms('named');
const onLab = (platform: string, name: string) => ['--platform', platform, '--lab', '--lab-name', name];

describe('another platform on its own lab', () => {
  it('research-assistant passes its game day', async () => {
    const lab = onLab('research-assistant', 'e2e-platform');
    const ended = await workplace.run('gameday', '--pace', 'short', ...lab);
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const record = workplace.record();
    expect(record.run.platform).toBe('research-assistant');
    expect(record.experiments.map((one) => one.effective)).toEqual([true, true, true]);
    expect(record.residue).toEqual([]);
  });

  it('marketing-agents passes its gate', async () => {
    const ended = await workplace.run('smoke', ...onLab('marketing-agents', 'e2e-platform'));
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });

  it.skipIf(without !== undefined)(`arklex passes its gate ${without ?? ''}`, async () => {
    const ended = await workplace.run('smoke', ...onLab('arklex', 'e2e-platform'));
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });

  it.skipIf(withoutNames !== undefined)(
    `research-agent fails over and back by name ${withoutNames ?? ''}`,
    async () => {
      const lab = onLab('research-agent', 'e2e-platform');
      const ended = await workplace.run('drill', '--pace', 'short', ...lab);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
      const record = workplace.record();
      expect(record.residue).toEqual([]);
      expect(record.drills.map((one) => one.name)).toEqual(['region-lost', 'failback']);
      for (const drill of record.drills) {
        expect(drill.bounds).toContainEqual(
          expect.objectContaining({ name: 'answers kept by clients', settings: { ttl: '2 s' } }),
        );
      }
    },
  );

  it('is not run on the lab of another one', async () => {
    const lab = ['--lab-name', 'e2e-platform'];
    expect((await workplace.run('lab', 'up', '--platform', 'marketing-agents', ...lab)).code).toBe(0);
    try {
      const ended = await workplace.run('smoke', '--platform', 'research-agent', ...lab);
      expect(ended.code).toBe(64);
      expect(ended.stderr).toContain('serves marketing-agents, and this platform needs research-agent');
    } finally {
      await workplace.run('lab', 'down', ...lab);
    }
  });
});
