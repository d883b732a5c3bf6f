import { describe, expect, it } from 'vitest';
import type { WriteAnswer } from '../../src/split-brain/answer.ts';
import { reportOn, type HandedOver, type SplitBrainReport } from '../../src/split-brain/report.ts';
import { addAnswer, closeTrack, unknownNode, vouch, type NodeTrack } from '../../src/split-brain/spans.ts';

const blindMs = 1000;

/** A node's answers, each from its asking to its answer: `+100-110` committed a write, `-` refused, `?` said nothing. */
function track(node: string, story: string, from = 0): NodeTrack {
  return story
    .split(' ')
    .filter((one) => one !== '')
    .map((one): WriteAnswer => {
      const [, sign, asked, answered, incarnation = '1'] = /^([+!?])(\d+)-(\d+)(?:@(\S+))?$/.exec(one) ?? [];
      const base = { node, asked: Number(asked), answered: Number(answered), detail: one };
      if (sign === '+') return { ...base, takes: 'yes', incarnation };
      return { ...base, takes: sign === '!' ? 'no' : 'unknown' };
    })
    .reduce((known, answer) => addAnswer(known, answer, blindMs), unknownNode(node, from));
}

function judge(tracks: readonly NodeTrack[], until: number): SplitBrainReport {
  return reportOn(
    tracks.map((one) => closeTrack(one, until, blindMs)),
    0,
  );
}

describe('two writers at once', () => {
  it('are proven when both answers lie between two of the other', () => {
    const report = judge([track('a', '+0-10 +500-510'), track('b', '!0-10 +200-250@2 +520-530@2')], 600);
    expect(report).toMatchObject({ outcome: 'proven', pairs: [{ kind: 'overlap', gapMs: { high: -250 } }] });
    expect(report.detail).toContain('nodes a and b took writes at the same time for at least 0.25 s');
  });

  it('are proven by a single write within the stretch of another', () => {
    const report = judge([track('a', '+0-10 +100-110'), track('b', '!0-5 +20-30@2 !40-50')], 200);
    expect(report.outcome).toBe('proven');
  });

  it('are proven through a silence that a frozen primary comes back from', () => {
    const a = track('a', '+0-10 ?100-1100 ?1200-2200 +2300-2310');
    const b = track('b', '!0-10 !900-910 +1000-1010@2 +2290-2300@2 +2400-2410@2');
    expect(judge([a, b], 2420).outcome).toBe('proven');
  });

  it('are not proven by two answers that merely overlap', () => {
    const report = judge([track('a', '+0-100 !200-210'), track('b', '!0-5 +20-130@2 !300-310')], 320);
    expect(report).toMatchObject({ outcome: 'not excluded', pairs: [{ kind: 'near miss' }] });
  });

  it('are not proven across a restart of the first', () => {
    const a = track('a', '+0-10@1 +600-610@1-again');
    const b = track('b', '!0-10 +200-210@2 !300-310 !600-610');
    expect(judge([a, b], 620).outcome).toBe('not excluded');
  });
});

describe('a store that hands over by itself', () => {
  const a = track('a', '+0-10 +200-210 !400-410');
  const b = track('b', '!100-110 !290-295 +420-430@2');
  const handed = { from: 'a', to: 'b', by: 'FAILOVER', at: { low: 280, high: 500 } };
  const outcomeOf = (tracks: readonly NodeTrack[], how: HandedOver): string =>
    reportOn(
      tracks.map((one) => closeTrack(one, 600, blindMs)),
      0,
      [how],
    ).outcome;

  it('excludes what the answers cannot tell apart, and says by what', () => {
    expect(judge([a, b], 600).outcome).toBe('not excluded');
    const report = reportOn(
      [a, b].map((one) => closeTrack(one, 600, blindMs)),
      0,
      [handed],
    );
    expect(report.outcome).toBe('excluded');
    expect(report.detail).toContain('node a handed over to b by FAILOVER, between 0.29 s and 0.41 s');
  });

  it('excludes nothing in the other direction, before it, after it, or against what was seen', () => {
    expect(outcomeOf([a, b], { ...handed, from: 'b', to: 'a' })).toBe('not excluded');
    expect(outcomeOf([a, b], { ...handed, at: { low: 300, high: 500 } })).toBe('not excluded');
    expect(outcomeOf([a, b], { ...handed, at: { low: 280, high: 405 } })).toBe('not excluded');
    const stays = track('a', '+0-10 +200-210 +450-460 !480-490');
    expect(outcomeOf([stays, b], handed)).toBe('proven');
  });
});

describe('a change of primary', () => {
  it('is clean when the first refused before the second was asked for the last time in vain', () => {
    const report = judge(
      [track('a', '+0-10 !100-110 !500-510'), track('b', '!0-10 !200-210 +300-310@2')],
      520,
    );
    expect(report).toMatchObject({
      outcome: 'excluded',
      pairs: [{ first: 'a', second: 'b', kind: 'apart', gapMs: { low: 90, high: 310 } }],
    });
    expect(report.detail).toContain('node b took writes 0.09 s to 0.31 s after node a had stopped');
  });

  it('decides nothing when nobody has seen the first one stop', () => {
    const report = judge(
      [track('a', '+0-10 ?100-1100 ?1200-2200'), track('b', '!0-10 !900-910 +1800-1810@2')],
      2210,
    );
    expect(report.outcome).toBe('not excluded');
    expect(report.detail).toContain('node a has not been seen to refuse since its last write at 0.00 s');
  });

  it('is clean when the first was seen to be killed, whatever its silence', () => {
    const a = vouch(track('a', '+0-10'), { low: 20, high: 30 }, blindMs);
    const b = track('b', '!0-10 !900-910 !1000-1010 +1800-1810@2 +2200-2210@2');
    expect(
      judge(
        [addAnswer(a, { node: 'a', asked: 40, answered: 1040, takes: 'unknown', detail: '' }, blindMs), b],
        2220,
      ),
    ).toMatchObject({
      outcome: 'excluded',
    });
  });

  it('is no proof of a fence: a write after it still counts', () => {
    const a = vouch(track('a', '+0-10'), { low: 20, high: 30 }, blindMs);
    const again = addAnswer(
      a,
      { node: 'a', asked: 400, answered: 410, takes: 'yes', incarnation: '1', detail: '' },
      blindMs,
    );
    const later = addAnswer(
      again,
      { node: 'a', asked: 600, answered: 610, takes: 'yes', incarnation: '1', detail: '' },
      blindMs,
    );
    const b = track('b', '!0-10 +100-110@2 +700-710@2');
    expect(judge([later, b], 720).outcome).toBe('proven');
  });
});

describe('what nobody knows', () => {
  it('excludes nothing', () => {
    expect(judge([], 10)).toMatchObject({ outcome: 'not excluded', detail: 'no node was asked' });
    expect(judge([track('a', '+0-10 +900-910'), track('b', '?0-500 ?500-1000')], 1000).detail).toContain(
      'node b never said',
    );
    const silent = judge(
      [track('a', '+0-10 +1000-1010 +2000-2010 +3000-3010'), track('b', '!0-10 ?100-2500 !2600-2610')],
      3020,
    );
    expect(silent.detail).toContain('node b did not say for 2.59 s whether it took writes');
    const late = judge([track('a', '+0-10 +1900-1910'), track('b', '!0-10')], 2000);
    expect(late.outcome, 'nor does a watch that stood still').toBe('not excluded');
  });

  it('is bounded by what was asked: a quiet watch of healthy nodes excludes it', () => {
    const report = judge(
      [track('a', '+0-10 +500-510 +1000-1010'), track('b', '!0-10 !500-510 !1000-1010')],
      1020,
    );
    expect(report).toMatchObject({ outcome: 'excluded', pairs: [] });
  });
});

it('keeps as little of a hundred thousand answers as of ten', () => {
  let known = unknownNode('a', 0);
  for (let at = 0; at < 100_000; at += 1) {
    const answer = {
      node: 'a',
      asked: at,
      answered: at + 1,
      detail: '',
      takes: 'yes',
      incarnation: '1',
    } as const;
    known = addAnswer(known, answer, blindMs);
  }
  expect(known.spans).toHaveLength(1);
  expect(known.counts.yes).toBe(100_000);
});
