import { expect, test } from 'vitest';
import { drillSessions } from '../../src/judge/signals/drill-sessions.ts';
import type { DrillRecord, SessionsRecord } from '../../src/record/record.ts';

const cut: SessionsRecord = {
  stream: 'sockets',
  kept: 16,
  dropped: 5,
  notBack: 0,
  reconnect: { low: 0.2, high: 0.4 },
  reasons: ['closed with 1006'],
};
const drill = (sessions?: SessionsRecord[], failed?: string) =>
  ({ sessions, ...(failed === undefined ? {} : { failed }) }) as unknown as DrillRecord;

test('the longest time to reconnect, and how many were cut', () => {
  expect(drillSessions(drill([cut]), 'seconds-to-reconnect')).toMatchObject({
    value: { low: 0.2, high: 0.4 },
  });
  expect(drillSessions(drill([cut]), 'dropped-sessions')).toMatchObject({ value: { low: 5, high: 5 } });
});

test('one that is not back fails, whatever the limit', () => {
  const lost = { ...cut, notBack: 1, reconnect: { low: 30, high: null } };
  expect(drillSessions(drill([lost]), 'seconds-to-reconnect')).toMatchObject({
    decision: 'violated',
    value: { low: 30, high: Infinity },
    note: '5 of 16 sessions were cut, and 1 of them never came back.',
  });
});

test('one that was not back when somebody stopped the drill might have come: only its least time is known', () => {
  const lost = { ...cut, notBack: 1, reconnect: { low: 3, high: null } };
  const stopped = { ...drill([lost], 'recover: stopped: interrupted by SIGINT'), stoppedAfter: 3 };
  const told = drillSessions(stopped, 'seconds-to-reconnect');
  expect(told).toMatchObject({ value: { low: 3, high: Infinity } });
  expect(told).not.toHaveProperty('decision');
});

test('nothing cut shows nothing of coming back, and nobody watching shows nothing at all', () => {
  const none = { ...cut, dropped: 0, reconnect: null };
  expect(drillSessions(drill([none]), 'seconds-to-reconnect')).toMatchObject({ kind: 'nothing' });
  expect(drillSessions(drill([none]), 'dropped-sessions')).toMatchObject({ kind: 'measured' });
  expect(drillSessions(drill(), 'dropped-sessions')).toMatchObject({ kind: 'nothing', reason: 'no-samples' });
});

test('a drill that did not come to its end proves no pass', () => {
  expect(drillSessions(drill([cut], 'it broke'), 'dropped-sessions')).toMatchObject({
    doubt: { reason: 'not-run' },
  });
});
