import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/chaos-mesh/failure.ts';
import { changeSafely, type KubernetesScope } from '../../src/drivers/kubernetes/scope.ts';

interface Thing {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly value: number;
}

/** An API server with one object, which somebody else may change between our look and our patch. */
function server(between: (version: number) => number | undefined = () => undefined) {
  let version = 1;
  let thing: Thing | undefined = { metadata: { uid: 'a', resourceVersion: '1' }, value: 3 };
  let patches = 0;
  const store = (value: number): void => {
    version += 1;
    thing = { metadata: { uid: 'a', resourceVersion: String(version) }, value };
  };
  return {
    get: () => thing,
    patches: () => patches,
    gone: () => {
      thing = undefined;
    },
    read: async () => thing,
    patch: async (body: object, lose = false): Promise<void> => {
      const { metadata, value } = body as Partial<Thing>;
      const other = between(version);
      if (other !== undefined) store(other);
      const stale = metadata?.resourceVersion !== undefined && metadata.resourceVersion !== String(version);
      if (stale || metadata?.uid !== 'a') {
        throw new ApiError('patching', { is: 'conflict', message: 'the object has been modified' });
      }
      patches += 1;
      store(value ?? 0);
      if (lose) throw new ApiError('patching', { is: 'unreachable', message: 'reset', code: 'ECONNRESET' });
    },
  };
}

function scope(): KubernetesScope {
  const clock = createVirtualClock({ now: 0, wall: 0 });
  const context: DriverContext = { clock, signal: new AbortController().signal, say: () => undefined };
  return { context, until: 10_000 } as KubernetesScope;
}

describe('a change of an object', () => {
  it('looks again when somebody else came between, and decides anew', async () => {
    const seen: number[] = [];
    const api = server((version) => (version === 1 ? 5 : undefined));
    const change = ({ value }: Thing) => {
      seen.push(value);
      return value === 5 ? undefined : { value: 0 };
    };
    await changeSafely(scope(), api.read, api.patch, change);
    expect(seen).toEqual([3, 5]);
    expect(api.get()?.value).toBe(5);
  });

  it('is not done twice when its answer is lost', async () => {
    const api = server();
    await changeSafely(
      scope(),
      api.read,
      (body) => api.patch(body, true),
      ({ value }) => (value === 0 ? undefined : { value: 0 }),
    );
    expect(api.patches()).toBe(1);
  });

  it('gives up when its time is over, with the last failure', async () => {
    const api = server(() => 7);
    const changing = changeSafely(scope(), api.read, api.patch, () => ({ value: 0 }));
    await expect(changing).rejects.toThrow(/has been modified/);
  });

  it('says that there is no object', async () => {
    const api = server();
    api.gone();
    expect(await changeSafely(scope(), api.read, api.patch, () => ({ value: 0 }))).toBeUndefined();
  });

  it('does not repeat what will not pass', async () => {
    const api = server();
    let asked = 0;
    const patch = async (): Promise<never> => {
      asked += 1;
      throw new ApiError('patching', { is: 'rbac-denied', message: 'forbidden' });
    };
    await expect(changeSafely(scope(), api.read, patch, () => ({ value: 0 }))).rejects.toThrow('forbidden');
    expect(asked).toBe(1);
  });
});
