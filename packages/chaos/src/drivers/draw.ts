import { createHash } from 'node:crypto';

/** `count` of the names; the same seed draws the same of the same names, in whatever order they come. */
export function draw(names: readonly string[], count: number, seed: number): string[] {
  const lot = (name: string): string => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return names
    .map((name) => ({ name, lot: lot(name) }))
    .toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
    .toSorted();
}
