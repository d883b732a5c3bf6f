/** What was read from a document that anybody may have written. */
export type Values = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}

/** Whether it stands for something that is written elsewhere. */
export function isReference(value: unknown): value is { readonly $ref: string } {
  return isObject(value) && typeof value['$ref'] === 'string';
}

/** The entries of a list; none where there is no list. */
export function listOf<Entry = unknown>(value: readonly Entry[] | unknown): readonly Entry[] {
  return Array.isArray(value) ? (value as readonly Entry[]) : [];
}
