import { expect, it } from 'vitest';
import { readSettings } from '../../../src/drivers/patroni/answers.ts';
import { boundsOf } from '../../../src/drivers/patroni/bounds.ts';

function reasonWith(times: { ttl: number; loop_wait: number; retry_timeout: number }): string {
  return boundsOf(readSettings({ status: 200, text: JSON.stringify(times) })).reason;
}

it('says of times by which a leader that is cut off may write behind its lock that two writers are possible', () => {
  expect(reasonWith({ ttl: 30, loop_wait: 10, retry_timeout: 10 })).not.toContain('POSSIBLE');
  expect(reasonWith({ ttl: 20, loop_wait: 10, retry_timeout: 10 })).toContain(
    'TWO WRITERS ARE POSSIBLE by these settings: loop_wait 10 s + 2 × retry_timeout 10 s is more than ttl 20 s',
  );
});
