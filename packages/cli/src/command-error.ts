import type { Diagnostic } from '@ordeal/shared/platform/diagnostics';

/** Exit codes: a public contract. */
export const exitCodes = {
  pass: 0,
  fail: 1,
  inconclusive: 2,
  refused: 3,
  residue: 4,
  usage: 64,
  broken: 70,
} as const;

/** An end that the user is told in a sentence, without a stack trace. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, exitCode: number, diagnostics: readonly Diagnostic[] = [], cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
  }
}

/** The error of a file with mistakes: all of them at once. */
export function mistakesIn(what: string, diagnostics: readonly Diagnostic[]): CommandError {
  const count = diagnostics.length === 1 ? 'a mistake' : `${diagnostics.length} mistakes`;
  return new CommandError(`${what} has ${count}; nothing was touched.`, exitCodes.usage, diagnostics);
}

/** The error as lines for a person. */
export function explainError(error: CommandError): string {
  return `${error.message}${listDiagnostics(error.diagnostics)}`;
}

/** Mistakes as lines for a person; each begins on a line of its own. */
export function listDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const list = diagnostics.map(
    (one) =>
      `\n  ${one.path}\n    expected  ${one.expected}\n    found     ${one.found}\n    hint      ${one.hint}`,
  );
  return list.map((text) => `\n${text}`).join('');
}
