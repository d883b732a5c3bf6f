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

  it.each(['marketing-agents', 'research-agent'])('%s passes its gate', async (platform) => {
    const ended = await workplace.run('smoke', ...onLab(platform, 'e2e-platform'));
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });

  it.skipIf(without !== undefined)(`arklex passes its gate ${without ?? ''}`, async () => {
    const ended = await workplace.run('smoke', ...onLab('arklex', 'e2e-platform'));
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });

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
