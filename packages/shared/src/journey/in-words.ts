import type { HttpResponse } from './http.ts';

/** What was thrown is told with that many characters of it at most. */
const MOST_CHARACTERS = 300;

/** An answer as it is told beside the one that was expected. */
export function answerInWords({ status, error, headers }: HttpResponse): string {
  if (status === 0) return `no answer: ${error ?? 'unknown'}`;
  const { location } = headers;
  // Redirects are not followed: where one leads tells a login page from a slash too few.
  return status >= 300 && status < 400 && location !== undefined
    ? `status ${status} to ${location}`
    : `status ${status}`;
}

/** What a journey threw, in words, whatever it is. */
export function thrownInWords(thrown: unknown): string {
  if (thrown instanceof Error || typeof thrown !== 'object') return String(thrown);
  const text = jsonOf(thrown);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // It holds itself, or what JSON has no word for.
    return String(value);
  }
}
