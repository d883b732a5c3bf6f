import { appendFileSync } from 'node:fs';
import type { WriteAnswer } from '@ordeal/dr/split-brain/answer';
import type { Journal } from '@ordeal/shared/journal/journal';
import { reasonOf } from '@ordeal/shared/reason-of';

/**
 * Keeps every node's answer in a file, a line each. On a full disk the drill goes on: what is lost then is evidence, and
 * that is said once.
 */
export function keepAnswers(path: string, journal: Journal): (answer: WriteAnswer) => void {
  let isTold = false;
  return (answer) => {
    try {
      appendFileSync(path, `${JSON.stringify(answer)}\n`);
    } catch (error) {
      if (isTold) return;
      isTold = true;
      const message = `not every answer of the store's nodes is in ${path}: ${reasonOf(error)}`;
      journal.append({ type: 'warning', message });
    }
  };
}
