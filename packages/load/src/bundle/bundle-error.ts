import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFailure, Message } from 'esbuild';
import type { Workload } from '@ordeal/shared/load/workload';

/** One error that says of every mistake in which file and line it is. */
export function bundleError(failure: BuildFailure, workload: Workload): Error {
  const lines = Array.isArray(failure.errors)
    ? failure.errors.map((message) => sentence(message, workload))
    : [String(failure)];
  return new Error(
    `The ${workload.script === undefined ? 'journeys' : 'script'} of workload ${workload.name} cannot be bundled for k6:\n  ${lines.join('\n  ')}`,
    { cause: failure },
  );
}

function sentence(message: Message, workload: Workload): string {
  const at = message.location;
  if (at === null) return message.text;
  // Line n of the generated entry imports the n-th journey: what is wrong there is wrong with that file.
  const journey = at.file.endsWith('ordeal-entry.js') ? workload.journeys[at.line - 1] : undefined;
  if (journey === undefined) {
    // esbuild names files relative to the working directory.
    return `${resolve(at.file)}:${at.line}:${at.column + 1}: ${message.text}`;
  }
  const file = fileURLToPath(journey.file);
  return message.text.includes('"default"')
    ? `${file}: journey ${journey.name} must be exported as default (export default defineJourney({ … }))`
    : `${file}: journey ${journey.name}: ${message.text}`;
}
