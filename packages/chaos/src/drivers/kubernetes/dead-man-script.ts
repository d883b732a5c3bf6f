import type { KubectlCall } from './action.ts';

/**
 * What a dead-man runs: waits until `at` (Unix seconds), but never longer than `atMost` seconds, then calls `kubectl`
 * again and again until every call has succeeded or `tries` are over. A pod that is restarted keeps its time, and a
 * node whose clock is wrong cannot put it off. For any POSIX shell.
 */
export function deadManScript(
  calls: readonly KubectlCall[],
  { at, atMost, tries = 5 }: { readonly at: number; readonly atMost: number; readonly tries?: number },
): string {
  const all = calls.map((call) => `kubectl ${call.map(quoted).join(' ')} || failed=1`);
  return [
    `left=$((${Math.round(at)} - $(date +%s)))`,
    `if [ "$left" -gt ${atMost} ]; then left=${atMost}; fi`,
    'if [ "$left" -gt 0 ]; then sleep "$left"; fi',
    `for try in ${Array.from({ length: tries }, (_, index) => index + 1).join(' ')}; do`,
    'failed=0',
    ...all,
    'if [ "$failed" = 0 ]; then exit 0; fi',
    `if [ "$try" -lt ${tries} ]; then sleep 2; fi`,
    'done',
    'exit 1',
  ].join('\n');
}

/** A word as a POSIX shell takes it, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
