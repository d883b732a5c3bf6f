interface Waiting {
  readonly come: () => void;
  readonly turnAway: (error: Error) => void;
}

/** Who may have one of so many things, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(count: number) {
    this.#free = count;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with what gives it back, once. Rejects when there is none within so long (ms), or nobody waits any more. */
  async take(withinMs: number): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(withinMs);
    let back = false;
    return () => {
      if (back) return;
      back = true;
      const [next] = this.#waiting;
      if (next === undefined) this.#free += 1;
      else next.come();
    };
  }

  /** Whoever waits is turned away. */
  close(error: Error): void {
    for (const one of this.#waiting) one.turnAway(error);
  }

  #wait(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(one);
      };
      const one: Waiting = {
        come: () => {
          leave();
          resolve();
        },
        turnAway: (error) => {
          leave();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => one.turnAway(new Error(`none was free within ${withinMs} ms`)),
        withinMs,
      );
      this.#waiting.add(one);
    });
  }
}
