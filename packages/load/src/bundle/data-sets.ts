import { readData } from '@ordeal/shared/journey/read-data';
import type { WorkloadJourney } from '@ordeal/shared/load/workload';
import { fileURLToPath } from 'node:url';
import type { Definition } from './strip/definitions.ts';
import { keyName, part, parts, type Node } from './strip/syntax.ts';

/** Name of the script's variable that holds what it was given. */
export const GIVEN = 'ordealGiven';

/**
 * Lines that give a script the data sets of its journeys, in memory that all virtual users share. Rejects with file,
 * line, what was expected and what was found.
 */
export async function dataLines(
  definitions: readonly Definition[],
  journeys: readonly WorkloadJourney[],
): Promise<readonly string[]> {
  const lines = await Promise.all(
    definitions.map(async ({ name, object }, index) => {
      const file = journeys[index]?.file;
      if (object === undefined || file === undefined) return [];
      const sets = Object.entries(await readData(file, declared(object, file)));
      if (sets.length === 0) return [];
      const members = sets.map(([set, rows]) => {
        const text = JSON.stringify(JSON.stringify(rows));
        return `${JSON.stringify(set)}: new OrdealSharedArray(${JSON.stringify(`${name}/${set}`)}, () => JSON.parse(${text}))`;
      });
      return [`${GIVEN}.data[${JSON.stringify(name)}] = { ${members.join(', ')} };`];
    }),
  );
  const flat = lines.flat();
  return flat.length === 0 ? [] : ["import { SharedArray as OrdealSharedArray } from 'k6/data';", ...flat];
}

/** Lines that give a script its secrets, out of k6's secret source, which keeps them out of its log. */
export function secretLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    "import ordealSecrets from 'k6/secrets';",
    ...names.map(
      (name) =>
        `${GIVEN}.secrets[${JSON.stringify(name)}] = await ordealSecrets.get(${JSON.stringify(name)});`,
    ),
  ];
}

/** The data sets that a journey's definition names. */
function declared(object: Node, file: URL): Readonly<Record<string, string>> {
  const data = parts(object, 'properties').find((property) => keyName(property) === 'data');
  if (data === undefined) return {};
  const value = part(data, 'value');
  const entries = value?.type === 'ObjectExpression' ? parts(value, 'properties') : [undefined];
  return Object.fromEntries(
    entries.map((entry) => {
      const path = entry === undefined ? undefined : part(entry, 'value');
      const name = entry === undefined ? undefined : keyName(entry);
      if (name === undefined || path?.type !== 'Literal' || typeof path['value'] !== 'string') {
        throw new Error(
          `${fileURLToPath(file)}: expected its data sets written out (data: { users: './users.csv' }), found something that has to be run first`,
        );
      }
      return [name, path['value']];
    }),
  );
}
