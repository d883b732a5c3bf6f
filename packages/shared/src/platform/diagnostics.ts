/** One mistake in something that a person wrote. */
export interface Diagnostic {
  /** Where it stands, for instance `platform.ts: objectives[2].limit`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
}

/** The same as one sentence, for a warning. */
export function sentenceOf({ path, expected, found, hint }: Diagnostic): string {
  return `${path}: expected ${expected}; found ${found}; ${hint}`;
}

/** A value, or every mistake in it at once. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
