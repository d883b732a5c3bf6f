/** What the lab can be told to do wrong, so that a run can show that it notices. */
export const sabotages = {
  'lose-acknowledged-writes': 'documents are acknowledged at once and stored about 750 ms later',
  slow: '10 % of the /v1 requests take 400 ms longer',
  errors: '2 % of the /v1 requests answer 500',
  'no-metrics': 'the API answers 404 on /metrics',
} as const;

export type Sabotage = keyof typeof sabotages;

/** Checks names of sabotages. Throws one error that names every unknown one, and lists the known. */
export function parseSabotages(names: readonly string[]): readonly Sabotage[] {
  const unknown = names.filter((name) => !Object.hasOwn(sabotages, name));
  if (unknown.length > 0) {
    const known = Object.entries(sabotages).map(([name, what]) => `  ${name}: ${what}`);
    throw new Error(
      `Unknown sabotage ${unknown.map((name) => `"${name}"`).join(', ')}. The lab knows:\n${known.join('\n')}`,
    );
  }
  return [...new Set(names)] as Sabotage[];
}
