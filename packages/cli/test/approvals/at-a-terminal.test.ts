import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { describe, expect, it } from 'vitest';
import { withoutTerminal } from '../terminal.ts';

const missing = withoutTerminal();
const enter = '\r';
const controlC = '\u0003';

/** Types each text when the one before it has come and the terminal shows what it is typed after. */
async function typing(script: readonly (readonly [after: string, text: string])[]) {
  const program = join(import.meta.dirname, 'fixtures', 'ask.main.ts');
  const command = [execPath, '--experimental-strip-types', '--no-warnings', program];
  const terminal = spawn('script', [
    '-q',
    '-e',
    '-c',
    command.map((one) => `'${one}'`).join(' '),
    '/dev/null',
  ]);
  const rest = [...script];
  let shown = '';
  let from = 0;
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (;;) {
      const [next] = rest;
      const at = next === undefined ? -1 : shown.indexOf(next[0], from);
      if (next === undefined || at === -1) return;
      rest.shift();
      from = at + next[0].length;
      terminal.stdin.write(next[1]);
    }
  });
  const [code] = (await once(terminal, 'close')) as [number];
  return { shown, code };
}

describe.skipIf(cannotRun(missing))(
  `a question at a real terminal${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 60_000 },
  () => {
    it('is answered by what is typed after it was shown', async () => {
      const { shown, code } = await typing([
        ['question 1?', `yes, now${enter}`],
        ['question 2?', `no, later${enter}`],
      ]);
      expect(shown).toContain('<answer 1: true, now>');
      expect(shown).toContain('<answer 2: false, later>');
      expect(code).toBe(0);
    });

    it.each([
      ['a line', `yes, early${enter}`],
      ['two lines', `yes, early${enter}yes, earlier${enter}`],
      ['the beginning of a line', 'yes, early'],
    ])('is not answered by %s that was typed before', async (_, early) => {
      const { shown } = await typing([
        ['<busy 1>', early],
        ['question 1?', `no, the first${enter}`],
        ['<busy 2>', early],
        ['question 2?', `no, the second${enter}`],
      ]);
      expect(shown).toContain('<answer 1: false, the first>');
      expect(shown).toContain('<answer 2: false, the second>');
    });

    it('does not keep back a Control-C, neither before it is shown nor after', async () => {
      for (const after of ['<busy 1>', 'question 1?']) {
        const { shown, code } = await typing([[after, controlC]]);
        expect(shown).toContain('<got SIGINT>');
        expect(code).toBe(130);
      }
    });
  },
);
