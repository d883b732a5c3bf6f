/** The error of an answer that is not as it should be: at which place, what was expected there, what was found. */
export function unexpected(place: string, expected: string, found: unknown): Error {
  return new Error(`${place}: expected ${expected}, found ${wordsOf(found)}`);
}

/** An object of JSON, which is neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wordsOf(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (Array.isArray(found)) return `an array of ${found.length}`;
  return isObject(found) ? 'an object' : JSON.stringify(found);
}
