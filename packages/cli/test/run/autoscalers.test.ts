import { join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import { describe, expect, it } from 'vitest';
import { watchAutoscalers } from '../../src/run/autoscalers.ts';
import { emptyResults, type Session } from '../../src/run/session.ts';

const promised = {
  cluster: {
    kubeconfig: join(import.meta.dirname, 'there-is-none'),
    context: 'test',
    uid: '00000000-0000-4000-8000-000000000000',
  },
  namespace: 'shop',
  name: 'api',
  replicas: { least: 2, most: 10 },
  targets: [{ resource: 'cpu', utilization: 70 }],
  source: 'the document',
} as const;

function sessionOn(clock: Clock, autoscalers?: Record<string, typeof promised>) {
  const results = emptyResults();
  const session = {
    loaded: { platform: autoscalers === undefined ? {} : { autoscalers } },
    results,
    context: { clock, signal: new AbortController().signal },
  } as unknown as Session;
  return { session, results };
}

/** A clock that tells when somebody begins to sleep on it: after the first look. */
function lookedAt(sleep: Clock['sleep']): { readonly clock: Clock; readonly asleep: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      resolve();
      return sleep(ms, signal);
    },
  };
  return { clock, asleep: promise };
}

describe('autoscalers under a load phase', () => {
  it('are looked at until it ends, and a cluster that is not there is what was seen', async () => {
    const { clock, asleep } = lookedAt(systemClock.sleep);
    const { session, results } = sessionOn(clock, { api: promised });
    const watching = watchAutoscalers('baseline', session);
    await asleep;
    watching.end();
    expect(results.autoscalers).toMatchObject([
      {
        autoscaler: 'api',
        phase: 'baseline',
        promised,
        broke: null,
        samples: [{ kind: 'unread', reason: expect.stringContaining('there-is-none') }],
      },
    ]);
  });

  it('that nobody could go on to look at are said to be so, and nothing else breaks', async () => {
    const { clock, asleep } = lookedAt(() => Promise.reject(new Error('no more time')));
    const { session, results } = sessionOn(clock, { api: promised });
    const watching = watchAutoscalers('baseline', session);
    await asleep;
    await new Promise(setImmediate);
    watching.end();
    expect(results.autoscalers).toMatchObject([{ broke: 'no more time', samples: [{ kind: 'unread' }] }]);
  });

  it('are no business of a platform that has none', () => {
    const { session, results } = sessionOn(systemClock);
    watchAutoscalers('baseline', session).end();
    expect(results.autoscalers).toEqual([]);
  });
});
