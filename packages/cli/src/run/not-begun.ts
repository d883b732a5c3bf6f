import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';

/**
 * What the run writes into its folder before it begins. When it cannot, that is told in a sentence that names the
 * folder: the system's own words name none where it was writing to a file that was open already, as on a full disk.
 */
export function beforeAnything<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw refusal(`nothing can be written to ${folder}: ${reasonOf(error)}`, whatToDo(error), error);
  }
}

/** What else is in the way of a run that has not begun, in a sentence: nothing was touched. */
export function notBegun(error: unknown): never {
  throw refusal(reasonOf(error), '', error);
}

function refusal(why: string, next: string, cause: unknown): CommandError {
  const words = `The run cannot begin: ${why}. Nothing was touched. ${next}`;
  return new CommandError(words.trimEnd(), exitCodes.usage, [], cause);
}

/** What to do about a folder that cannot be written to. */
export function whatToDo(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free some room there (`df -h` and `df -i` show how much there is), and start it again.';
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'Call ordeal in a directory that you may write to, or give yourself the right to write there.';
    default:
      return 'See to it that it can be written to, and start it again.';
  }
}
