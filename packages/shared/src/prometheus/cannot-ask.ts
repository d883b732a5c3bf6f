/** Something on this side keeps the question from being sent. The message holds no secrets. */
export class CannotAsk extends Error {}

/** The code of an error of the system or of a library; its message may repeat what it was given. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown reason';
}
