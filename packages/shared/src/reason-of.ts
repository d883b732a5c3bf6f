/** The reason in whatever was thrown: its message, or its code when that is empty (as Node's is for `localhost`). */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message === '' ? (code ?? error.name) : error.message;
}
