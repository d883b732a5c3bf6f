import { describe, expect, it } from 'vitest';
import { describeState, faultState, type FaultObject } from '../../src/chaos-mesh/fault-state.ts';
import type { ContainerRecord } from '../../src/chaos-mesh/types/common.ts';

const failedApply = event('Failed', 'Apply', 'netns is gone', 2);
const failedRecover = event('Failed', 'Recover', 'daemon does not answer', 3);

describe('the state of a fault', () => {
  it.each<[string, FaultObject, string]>([
    ['nothing was done yet', fault({}), 'pending'],
    ['records without any phase', fault({ phase: 'Run', records: [record('Not Injected')] }), 'pending'],
    [
      'some are in',
      fault({ phase: 'Run', records: [record('Injected'), record('Not Injected')] }),
      'pending',
    ],
    ['one is about to be in', fault({ phase: 'Run', records: [record('Not Injected/Wait')] }), 'pending'],
    ['all are in', fault({ phase: 'Run', records: [record('Injected'), record('Injected')] }), 'injected'],
    ['one is about to be out', fault({ phase: 'Run', records: [record('Injected/Wait')] }), 'pending'],
    ['its time is over', fault({ phase: 'Stop', records: [record('Injected')] }), 'recovering'],
    ['it goes out', fault({ phase: 'Stop', records: [record('Injected/Wait')] }), 'recovering'],
    ['it had begun to go in', fault({ phase: 'Stop', records: [record('Not Injected/Wait')] }), 'recovering'],
    ['it is out', fault({ phase: 'Stop', records: [record('Not Injected')] }), 'recovered'],
    ['it is out and never was in', fault({ phase: 'Stop', records: [] }), 'recovered'],
    ['applying fails', fault({ phase: 'Run', records: [record('Not Injected', failedApply)] }), 'failing'],
    [
      'applying has failed once',
      fault({ phase: 'Run', records: [record('Injected', failedApply)] }),
      'injected',
    ],
    ['it is deleted', fault({ deleted: true, phase: 'Stop', records: [record('Injected')] }), 'deleting'],
    [
      'recovering fails',
      fault({ deleted: true, phase: 'Stop', records: [record('Injected', failedRecover)] }),
      'stuck',
    ],
    [
      'it cannot be recovered before it was applied',
      fault({ deleted: true, phase: 'Stop', records: [record('Not Injected/Wait', failedApply)] }),
      'stuck',
    ],
    [
      'it was never in, and deleted',
      fault({ deleted: true, phase: 'Stop', records: [record('Not Injected', failedApply)] }),
      'deleting',
    ],
  ])('%s', (_, object, expected) => {
    expect(faultState(object).is).toBe(expected);
  });

  it.each(['AllInjected', 'AllRecovered', 'Selected', 'Paused'])(
    'does not believe the condition %s',
    (type) => {
      for (const status of ['True', 'False']) {
        const lying = { conditions: [{ type, status }] };
        for (const phase of ['Run', 'Stop'] as const) {
          for (const records of [[record('Injected')], [record('Not Injected')], []]) {
            const honest = fault({ phase, records });
            const object = { ...honest, status: { ...honest.status, ...lying } } as FaultObject;
            expect(faultState(object)).toEqual(faultState(honest));
          }
        }
      }
    },
  );

  it('calls a one-shot done, and never recovered while it runs', () => {
    for (const action of ['pod-kill', 'container-kill'] as const) {
      const object = { ...fault({ phase: 'Run', records: [record('Injected')] }), spec: spec(action) };
      expect(faultState(object as FaultObject).is).toBe('done');
    }
  });

  it('tells a selector that hits nothing from one that was not asked yet, by the newest event', () => {
    const object = fault({ phase: 'Run', records: [] });
    const events = [
      { type: 'Normal', reason: 'FinalizerInited', message: 'Finalizer has been inited' },
      { type: 'Warning', reason: 'Failed', message: 'Failed to select targets: no pod is selected' },
    ];
    expect(faultState(object, events.slice(0, 1)).is).toBe('pending');
    expect(faultState(object, events)).toMatchObject({ is: 'no-target', why: events[1]?.message });
    const denied = [{ type: 'Warning', message: 'Failed to select targets: namespace is out of scope' }];
    expect(faultState(object, denied).is).toBe('failing');
  });

  it('says what holds a stuck object, at which target and why', () => {
    const object = fault({
      deleted: true,
      phase: 'Stop',
      records: [record('Injected', failedRecover), record('Not Injected')],
    });
    expect(describeState(faultState(object))).toBe(
      'being deleted and stuck, still in at shop/api, held by chaos-mesh/records (shop/api: daemon does not answer)',
    );
  });

  it('takes the newest message, whatever order the events have', () => {
    const events = [failedRecover, event('Failed', 'Recover', 'old news', 1)].flat();
    const object = fault({ deleted: true, phase: 'Stop', records: [record('Injected', events)] });
    expect(describeState(faultState(object))).toContain('daemon does not answer');
  });
});

function event(type: string, operation: string, message: string, second: number) {
  return [{ type, operation, message, timestamp: `2026-03-14T02:00:0${second}Z` }];
}

function record(phase: string, events: ContainerRecord['events'] = []): ContainerRecord {
  return { id: 'shop/api', selectorKey: '.', phase, injectedCount: 0, recoveredCount: 0, events };
}

function spec(action: 'pod-failure' | 'pod-kill' | 'container-kill') {
  return { action, mode: 'all' as const, selector: {} };
}

function fault(what: {
  readonly phase?: 'Run' | 'Stop';
  readonly records?: ContainerRecord[];
  readonly deleted?: boolean;
}): FaultObject {
  return {
    kind: 'PodChaos',
    spec: spec('pod-failure'),
    metadata: {
      finalizers: ['chaos-mesh/records'],
      ...(what.deleted === true ? { deletionTimestamp: '2026-03-14T02:00:00Z' } : {}),
    },
    ...(what.phase === undefined
      ? {}
      : { status: { experiment: { desiredPhase: what.phase, containerRecords: what.records ?? [] } } }),
  };
}
