import type { StoreNode } from '@ordeal/shared/drivers/store';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it } from 'vitest';
import type { Course } from '../../src/drills/course.ts';
import { beginLook, endLook, lookBefore, positionsRecord } from '../../src/drills/log-positions.ts';

function node(name: string, role: 'primary' | 'standby', position: number): StoreNode {
  const lag = role === 'standby' ? { lagSeconds: 0.25 } : {};
  return { name, reachable: true, role, timeline: 1, position, ...lag, detail: {} };
}
const gone: StoreNode = { name: 'a', reachable: false, reason: 'refused' };

/** A drill whose store says this before the fault, and that before the promotion: nothing when it takes too long. */
async function drill(before: readonly StoreNode[] | Error, then: readonly StoreNode[] | 'too late') {
  const notes: string[] = [];
  const answers = [before, then];
  const course = {
    context: {
      clock: systemClock,
      journal: { append: ({ message }: { message: string }) => notes.push(message) },
    },
    deps: {
      store: {
        status: async () => {
          const answer = answers.shift();
          if (answer instanceof Error) throw answer;
          if (answer === 'too late') await new Promise<never>(() => {});
          return { nodes: answer, settings: {} };
        },
      },
    },
  } as unknown as Course;
  const { signal } = new AbortController();
  const within = { clock: systemClock, signal, say: () => undefined };
  await lookBefore(course, within);
  const at = systemClock.now() + 20;
  Object.assign(course, { t0: { low: at, high: at } });
  beginLook(course, within);
  await systemClock.sleep(5);
  await endLook(course);
  return { record: positionsRecord(course, { primary: 'a', heir: 'b' }), notes };
}

const sound = [node('a', 'primary', 1000), node('b', 'standby', 990)];

describe('the log of the store', () => {
  it('bears out that nothing was lost when the heir had as much as the primary had had', async () => {
    const { record } = await drill(sound, [gone, node('b', 'standby', 1010)]);
    expect(record.outcome).toBe('all there');
    expect(record.detail).toMatch(
      /^the primary was at 1000, 0\.0\d s before the fault .*the standby was 10 bytes and 0\.25 s behind then; when it was promoted the heir was at 1010/,
    );
  });

  it('does not when the heir had less', async () => {
    const { record } = await drill(sound, [gone, node('b', 'standby', 990)]);
    expect(record).toMatchObject({ outcome: 'lacks log', detail: expect.stringMatching(/lacked 10 bytes/) });
  });

  it.each([
    ['the store could not be asked before', new Error('refused'), [gone, node('b', 'standby', 1010)]],
    ['the primary did not answer before', [gone], [gone, node('b', 'standby', 1010)]],
    ['nobody has answered by the promotion', sound, 'too late'],
    ['the heir did not answer', sound, [gone]],
    ['the heir had taken over by itself', sound, [gone, node('b', 'primary', 2000)]],
  ] as const)('tells nothing when %s', async (_, before, then) => {
    expect((await drill(before as never, then as never)).record.outcome).toBe('not told');
  });
});
