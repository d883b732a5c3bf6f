/** What was read from a document that anybody may have written. */
export type Values = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}

/** The entries of a list; none where there is no list. */
export function listOf<Entry = unknown>(value: readonly Entry[] | unknown): readonly Entry[] {
  return Array.isArray(value) ? (value as readonly Entry[]) : [];
}
