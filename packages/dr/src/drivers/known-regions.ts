/** Rejects a switch to no region at all, or to one that the route does not lead to. */
export function mustBeKnown(known: readonly string[], regions: readonly string[]): void {
  const unknown = regions.filter((region) => !known.includes(region));
  if (regions.length > 0 && unknown.length === 0) return;
  throw new Error(
    `expected regions of the route (${known.join(', ')}) to switch to, found ${unknown.join(', ') || 'none'}`,
  );
}
