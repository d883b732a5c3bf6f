import { describe, expect, it } from 'vitest';
import { argumentsOf } from '../../../../scripts/arguments.ts';

const proofs = { names: ['kills', 'aborts'], flags: ['all'], takesTimes: true };

describe('what a script of the project is called with', () => {
  it('is read', () => {
    expect(argumentsOf(['kills', '--times', '3', '--all'], proofs)).toEqual({
      names: ['kills'],
      flags: new Set(['all']),
      times: 3,
    });
    expect(argumentsOf([], proofs)).toEqual({ names: [], flags: new Set(), times: undefined });
  });

  it.each([
    [['--list'], "Unknown option '--list'"],
    [['kill'], 'There is no kill. It takes: kills, aborts, --all, --times <number>.'],
    [['--times', 'many'], '--times takes a whole number from 1 on, not "many".'],
    [['--times', '0'], '--times takes a whole number from 1 on, not "0".'],
    [['--times'], "Option '--times <value>' argument missing"],
  ])('%j is refused, and it says what it takes: nothing is run for hours by mistake', (words, said) => {
    const read = argumentsOf(words, proofs);
    expect(read).toContain(said);
    expect(read).toContain('It takes: kills, aborts');
  });

  it('nobody counts where nothing is repeated', () => {
    expect(argumentsOf(['--times', '2'], { names: ['judge'], flags: ['quick'] })).toContain(
      'It takes: judge, --quick.',
    );
  });
});
