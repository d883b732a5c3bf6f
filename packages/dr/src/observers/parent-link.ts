import { constants, setPriority } from 'node:os';
import { reasonOf } from '@ordeal/shared/reason-of';

/** An observer's end of the channel to the runner. */
export interface ParentLink<Event> {
  send(event: Event): void;
}

/**
 * Ties this process to the one that started it: commands come in, events go out, and when the channel closes the
 * process ends at once, whatever ended the other side.
 */
export function tieToParent<Command, Event>(
  process: NodeJS.Process,
  handle: (command: Command) => void,
  beforeEnd: () => void,
): ParentLink<Event> {
  process.on('disconnect', () => {
    beforeEnd();
    process.exit(0);
  });
  process.on('message', (message) => handle(message as Command));
  return {
    send: (event) => {
      // The channel may close between a measurement and its report: the process is ending then.
      if (process.connected) process.send?.(event, undefined, undefined, () => undefined);
    },
  };
}

/** Asks for a better priority than the platform and the load have, so that ticks are late less often. */
export function takePriority(): { readonly priority: number } | { readonly priorityDenied: string } {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
    return { priority: constants.priority.PRIORITY_HIGH };
  } catch (error) {
    return { priorityDenied: reasonOf(error) };
  }
}
