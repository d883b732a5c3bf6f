/** What a journey was given, looked up by name. Throws with the names that there are. */
export function given<T>(what: string, all: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(all);
  throw new Error(
    `There is no ${what} ${JSON.stringify(name)}: ${names.length === 0 ? 'none is given' : `given are ${names.join(', ')}`}`,
  );
}
