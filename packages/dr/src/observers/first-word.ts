/**
 * Resolves with what `begin` says first, or with what `late` says when nothing came within `timeoutMs`.
 *
 * It is late when nothing was there although this process was awake after the deadline: what already lies in a
 * socket's buffer is read first, so that the process's own stall never makes a good attempt bad.
 */
export function firstWord<T>(
  timeoutMs: number,
  late: () => T,
  begin: (say: (word: T) => void) => void,
): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => setImmediate(() => resolve(late())), timeoutMs);
    begin((word) => {
      clearTimeout(timer);
      resolve(word);
    });
  });
}
