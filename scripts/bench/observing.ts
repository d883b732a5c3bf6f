import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The share of a processor that an observer says it took, second by second, without its first two. */
export function cpuShares(dir: string, file: string): readonly number[] {
  return readFileSync(join(dir, file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"type":"self"'))
    .slice(2)
    .map((line) => 100 * (JSON.parse(line) as { readonly cpuShare: number }).cpuShare);
}
