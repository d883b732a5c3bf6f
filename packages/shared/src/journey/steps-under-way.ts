/** What of a journey is under way. */
export interface StepsUnderWay {
  /**
   * Does something that the journey waits for. Once `over` is aborted it never comes back: a journey that asks again and
   * again would go on for ever, whatever it were told, and of one that nobody waits for a rejection ends the process.
   */
  take<T>(name: string, does: () => Promise<T>): Promise<T>;
  /** Names of what has not come back, each once. */
  open(): readonly string[];
}

export function stepsUnderWay(over: AbortSignal): StepsUnderWay {
  const open = new Set<{ readonly name: string }>();
  const goOn = async (): Promise<void> => {
    if (over.aborted) await new Promise<never>(() => {});
  };
  return {
    async take(name, does) {
      await goOn();
      const step = { name };
      open.add(step);
      try {
        return await does();
      } finally {
        await goOn();
        open.delete(step);
      }
    },
    open: () => [...new Set([...open].map(({ name }) => name))],
  };
}
