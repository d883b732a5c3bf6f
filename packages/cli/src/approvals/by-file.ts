import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Approval } from '@ordeal/dr/drills/drill';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import { CommandError, exitCodes } from '../command-error.ts';
import { ANSWER_EXPECTED, readAnswer, type ReadAnswer } from './answer.ts';

const everyMs = 250;

/**
 * Asks by a file: the question is put beside it, with a token, and the answer is what somebody writes into it with
 * that token. What was written for another question counts for nothing.
 */
export async function askByFile(
  path: string,
  question: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  tell: (text: string) => void,
): Promise<Approval> {
  const token = randomBytes(8).toString('hex');
  const asked = questionFile(path);
  const beside = `${asked}.new`;
  writeFileSync(beside, `${JSON.stringify({ question, token, answer: ANSWER_EXPECTED }, null, 2)}\n`);
  renameSync(beside, asked);
  tell(`${question}\nWrite ${ANSWER_EXPECTED} with "token": "${token}" into ${path}.\n`);
  let told: string | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const read = answerIn(path);
      if (read?.ok === true && read.token === token) {
        rmSync(path, { force: true });
        return { ...read.answer, how: 'file' };
      }
      const problem = read === undefined ? undefined : read.ok ? 'it is for another question' : read.problem;
      if (problem !== undefined && problem !== told) tell(`${path} is not the answer: ${problem}.\n`);
      told = problem;
      await clock.sleep(everyMs, signal);
    }
  } finally {
    rmSync(asked, { force: true });
  }
}

/** Throws, before anything is touched, where no question could be put, or no answer ever be read. */
export function mustAnswerIn(path: string): void {
  const beside = `${questionFile(path)}.new`;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new Error('it is a directory');
    writeFileSync(beside, '');
    rmSync(beside);
  } catch (error) {
    throw new CommandError(
      `--approve: nobody could answer in file:${path}: ${reasonOf(error)}. Name a file in a directory that is there, and that you may write to.`,
      exitCodes.usage,
      [],
      error,
    );
  }
}

function questionFile(path: string): string {
  return `${path}.question`;
}

/** What is in the file by now; undefined while it is not there. */
function answerIn(path: string): ReadAnswer | undefined {
  try {
    return existsSync(path) ? readAnswer(readFileSync(path, 'utf8')) : undefined;
  } catch (error) {
    return { ok: false, problem: `it cannot be read (${reasonOf(error)})` };
  }
}
