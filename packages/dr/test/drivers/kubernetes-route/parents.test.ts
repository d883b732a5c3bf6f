import { expect, it } from 'vitest';
import { notTakenUp } from '../../../src/drivers/kubernetes-route/gateway/parents.ts';

const condition = (type: string, status: string, more: object = {}): object => ({
  type,
  status,
  reason: type,
  observedGeneration: 3,
  ...more,
});

function reasonOf(...further: readonly object[]): string | undefined {
  const parent = {
    parentRef: { name: 'edge' },
    controllerName: 'example.test/gateway',
    conditions: [condition('Accepted', 'True'), condition('ResolvedRefs', 'True'), ...further],
  };
  return notTakenUp(
    { metadata: { generation: 3 }, spec: { parentRefs: [{ name: 'edge' }] }, status: { parents: [parent] } },
    'shop',
  );
}

it('takes an HTTPRoute of which the controller has dropped rules for one that is not taken up', () => {
  expect(reasonOf()).toBeUndefined();
  expect(reasonOf(condition('PartiallyInvalid', 'False'))).toBeUndefined();
  const dropped = { reason: 'UnsupportedValue', message: 'Dropped Rule 1' };
  const why =
    'example.test/gateway (Gateway shop/edge) says that PartiallyInvalid is True: UnsupportedValue Dropped Rule 1';
  expect(reasonOf(condition('PartiallyInvalid', 'True', dropped))).toBe(why);
  // One that was left of an earlier generation is no word that all is well now.
  expect(reasonOf(condition('PartiallyInvalid', 'True', { ...dropped, observedGeneration: 2 }))).toBe(why);
});
