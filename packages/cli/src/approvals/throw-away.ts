import { setTimeout as sleep } from 'node:timers/promises';

/** What was typed before arrives within the first turns of the loop; a paste takes a little longer. */
const QUIET_MS = 60;
const CONTROL_C = '\u0003';

/** A terminal that can be read from. Of anything else nothing is thrown away: a pipe was filled for its questions. */
export interface Terminal extends NodeJS.ReadableStream {
  readonly isTTY: true;
  setRawMode(mode: boolean): unknown;
}

export function isTerminal(input: NodeJS.ReadableStream): input is Terminal {
  return 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
}

/**
 * Throws away what was typed before now, whole lines and the beginning of one alike: it answers nothing that was not
 * asked yet. Resolves when nothing has come for a moment. Nobody else may read the terminal meanwhile.
 *
 * A line that is not ended is kept back by the terminal itself, unless it is raw. Control-C is then a character like all
 * others, and is told by `interrupted`.
 */
export async function throwAwayTyped(
  terminal: Terminal,
  interrupted: () => void,
  signal: AbortSignal,
): Promise<void> {
  let came = true;
  const take = (part: Buffer | string): void => {
    came = true;
    if (part.toString().includes(CONTROL_C)) interrupted();
  };
  terminal.setRawMode(true);
  terminal.on('data', take);
  terminal.resume();
  try {
    while (came) {
      came = false;
      await sleep(QUIET_MS, undefined, { signal });
    }
  } finally {
    terminal.pause();
    terminal.off('data', take);
    terminal.setRawMode(false);
  }
}
