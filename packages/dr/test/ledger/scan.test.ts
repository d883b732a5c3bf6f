import { describe, expect, it } from 'vitest';
import { scanLedger, type LedgerSink } from '../../src/ledger/scan.ts';

/** What is told of a ledger's text, in words. */
async function told(text: string): Promise<readonly string[]> {
  const events: string[] = [];
  const note =
    (what: string) =>
    (...rest: readonly unknown[]): void =>
      void events.push([what, ...rest].join(' '));
  const sink: LedgerSink = {
    intent: note('intent'),
    outcome: note('outcome'),
    found: note('found'),
    stranger: note('stranger'),
    reading: () => note('reading')(),
    sum: () => note('sum')(),
  };
  async function* bytes() {
    yield Buffer.from(text);
  }
  await scanLedger(bytes(), sink);
  return events;
}

const whole = [
  '{"type":"ledger","at":0,"collection":"c"}',
  '["i",10,0,0,10,1,0,10,7,30,1]',
  '["o",0,0,10,"ok",25,9]',
  '["o",1,0,10,"info",26,10,"timeout"]',
  '["o",7,30,1,"fail",27,11,"refused"]',
  '["p",1,0,0,0,1]',
  '',
].join('\n');

describe('the lines of a ledger', () => {
  it('are read one by one, requests as so many writes', async () => {
    expect(await told(whole)).toEqual([
      'intent 0 0 10 10',
      'intent 1 0 10 10',
      'intent 7 30 1 10',
      'outcome 0 0 10 ok 25 9',
      'outcome 1 0 10 info 26 10',
      'outcome 7 30 1 fail 27 11',
      'found 1 0 0 false',
      'found 1 0 1 false',
    ]);
  });

  it('may end in a torn one, which is left out', async () => {
    const torn = '["i",40,0,10,10,1,1';
    expect(await told(whole + torn)).toEqual(await told(whole));
  });

  it.each([
    ['intents cut off', '["i",10,0,0,10,1]'],
    ['intents of nothing', '["i",10]'],
    ['a request without a write', '["i",10,0,0,0]'],
    ['a request of more writes than there can be', '["i",10,0,0,1001]'],
    ['an outcome of nothing', '["o",0,0,0,"ok",25,9]'],
    ['letters in a number', '["o",0,0,10,"ok",2x5,9]'],
    ['a line of another kind', '["z",1]'],
    ['zeros of a disk', '\0\0\0\0\0\0\0\0'],
    ['JSON cut off', '{"type":"reading"'],
  ])('are refused with their number where one in the middle is none: %s', async (_, broken) => {
    const lines = whole.split('\n');
    lines.splice(3, 0, broken);
    await expect(told(lines.join('\n'))).rejects.toThrow(/^Line 4 of the ledger is n/);
  });
});
