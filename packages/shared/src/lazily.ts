/** What is made when it is first asked for, and then kept: what takes long to make, and many never ask for. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
