import type { Looked } from './look.ts';

/** What has become of what one run had left. */
export interface Recovered {
  readonly run: string;
  readonly healed: readonly string[];
  readonly left: readonly string[];
  /** Why nothing was touched, where that is so. */
  readonly refused: readonly string[];
  readonly advice: readonly string[];
}

/** What `ordeal recover` has done, for people. */
export function renderRecovered(outcomes: readonly Recovered[], looked: Looked | undefined): string {
  const runs = outcomes.map((one) => block(`Run ${one.run}`, one, one.advice));
  if (looked === undefined) return runs.length === 0 ? 'Nothing is left of any run.\n' : runs.join('\n');
  const seen = [...looked.healed, ...looked.left, ...looked.refused];
  const place =
    seen.length === 0
      ? `Nothing is in at the targets of ${looked.platform}, and nothing on its clusters carries our labels.\n`
      : block(`What was found at ${looked.platform}`, looked, []);
  const serving = looked.serves.map((text) => `  serves      ${text}\n`).join('');
  return [...runs, place + serving].join('\n');
}

function block(
  title: string,
  { healed, left, refused }: Pick<Recovered, 'healed' | 'left' | 'refused'>,
  more: readonly string[],
): string {
  return [
    title,
    ...healed.map((text) => `  healed      ${text}`),
    ...left.map((text) => `  left        ${text}`),
    ...refused.map((text) => `  refused     ${text}`),
    ...more.map((text) => `  ${text}`),
    '',
  ].join('\n');
}
