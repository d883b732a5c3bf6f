import { DatabaseError } from 'pg';

/**
 * Why a statement was certainly not carried out, when it was not: the server said so. `undefined` for everything else,
 * also where it said that it ends the connection (class 57): a commit may have been made before it came to that.
 */
export function rejects(error: unknown): string | undefined {
  if (!(error instanceof DatabaseError) || error.code === undefined) return undefined;
  const ended = error.code.startsWith('57P') && error.code !== '57P03';
  return ended || error.code.startsWith('08') || error.code.startsWith('XX')
    ? undefined
    : `rejected ${error.code}`;
}
