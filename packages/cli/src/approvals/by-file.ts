import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Approval } from '@ordeal/dr/drills/drill';
import type { Clock } from '@ordeal/shared/time/clock';
import { ANSWER_EXPECTED, readAnswer } from './answer.ts';

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
  const asked = `${path}.question`;
  const beside = `${asked}.new`;
  writeFileSync(beside, `${JSON.stringify({ question, token, answer: ANSWER_EXPECTED }, null, 2)}\n`);
  renameSync(beside, asked);
  tell(`${question}\nWrite ${ANSWER_EXPECTED} with "token": "${token}" into ${path}.\n`);
  let told: string | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      const read = text === undefined ? undefined : readAnswer(text);
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
