import { describe, expect, test } from 'vitest';
import { conclude } from '../../src/distributed/conclusion.ts';
import type { Runner } from '../../src/distributed/runners.ts';

const running: Runner = { is: 'running', pod: 'p' };
const ended = (exitCode: number, why = 'Error'): Runner => ({ is: 'ended', pod: 'p', exitCode, why });

describe('how a load on a cluster ends', () => {
  test('it goes on as long as one runner does, whatever the stage', () => {
    expect(conclude({ stage: 'finished', runners: [running, ended(0)] }, false)).toBeUndefined();
  });

  test('exit code 0 is an end in order, 108 only when the word to end was given', () => {
    expect(conclude({ stage: 'started', runners: [ended(0), ended(0)] }, false)).toEqual({ how: 'ended' });
    expect(conclude({ stage: 'started', runners: [ended(108), ended(0)] }, true)).toEqual({ how: 'ended' });
    expect(conclude({ stage: 'started', runners: [ended(108), running] }, false)).toMatchObject({
      how: 'broke',
      exitCode: 108,
    });
  });

  test.each([
    [ended(99), 'runner 2 ended with exit code 99 .*threshold'],
    [ended(107), 'runner 2 .*exception'],
    [ended(137, 'OOMKilled'), 'runner 2 ran out of memory'],
    [{ is: 'absent' } as const, 'runner 2 has no pod'],
    [{ is: 'lost', pod: 'p', why: 'Evicted: disk' } as const, 'runner 2 is lost \\(Evicted: disk\\)'],
  ])('one bad runner is enough, although the stage is finished: %o', (bad, sentence) => {
    const conclusion = conclude({ stage: 'finished', runners: [ended(0), bad, ended(0)] }, true);
    expect(conclusion).toMatchObject({ how: 'broke' });
    expect(conclusion?.how === 'broke' ? conclusion.reason : '').toMatch(new RegExp(sentence));
  });

  test('a TestRun that is gone ends it, unless all its runners had ended', () => {
    expect(conclude({ stage: undefined, runners: [running] }, false)).toMatchObject({ how: 'broke' });
    expect(conclude({ stage: undefined, runners: [ended(0)] }, false)).toEqual({ how: 'ended' });
  });
});
