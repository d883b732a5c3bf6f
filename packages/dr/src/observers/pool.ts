/** Hands out connections that carry one request at a time, so that none waits behind a stuck one. */
export interface Pool<T> {
  take(): T;
  /** Gives one back; a broken one is closed, together with whatever is under way on it. */
  giveBack(one: T, state: 'usable' | 'broken'): void;
  closeAll(): void;
}

/** How a connection is made, and closed at once. Both are quick: connecting is part of its first request. */
export interface Making<T> {
  readonly open: () => T;
  readonly close: (one: T) => void;
  /** Whether it is known to be closed while nobody uses it: then it is left out, as every client's pool does. */
  readonly isClosed: (one: T) => boolean;
}

/** A new connection for every request. */
export function freshPool<T>({ open, close }: Making<T>): Pool<T> {
  const out = new Set<T>();
  return {
    take: () => {
      const one = open();
      out.add(one);
      return one;
    },
    giveBack: (one) => {
      out.delete(one);
      close(one);
    },
    closeAll: () => out.forEach(close),
  };
}

/**
 * Connections that are kept and used in turn, at least `least` of them: so each is used soon after the one before, and
 * one that leads to a dead backend shows. More are opened when all are busy.
 */
export function keptPool<T>({ open, close, isClosed }: Making<T>, least: number): Pool<T> {
  const all = new Set<T>();
  const idle: T[] = [];
  const rested = (): T | undefined => {
    while (all.size >= least) {
      const one = idle.shift();
      if (one === undefined || !isClosed(one)) return one;
      all.delete(one);
      close(one);
    }
    return undefined;
  };
  return {
    take: () => {
      const one = rested() ?? open();
      all.add(one);
      return one;
    },
    giveBack: (one, state) => {
      if (state === 'usable') {
        idle.push(one);
        return;
      }
      all.delete(one);
      close(one);
    },
    closeAll: () => all.forEach(close),
  };
}
