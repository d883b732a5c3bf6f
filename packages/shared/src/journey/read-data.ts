import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseDataSet, type Rows } from './data-set.ts';

/**
 * Reads the data sets that a journey names, relative to the journey's own file. Rejects with file, line, what was
 * expected and what was found.
 */
export async function readData(
  journey: URL,
  data: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, Rows>>> {
  const sets = await Promise.all(
    Object.entries(data).map(async ([name, path]) => {
      const file = fileURLToPath(new URL(path, journey));
      return [name, parseDataSet(file, await textOf(file, name, journey))] as const;
    }),
  );
  return Object.fromEntries(sets);
}

async function textOf(file: string, name: string, journey: URL): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new Error(
      `${file}: ${why}; it is data set ${name} of ${fileURLToPath(journey)}, and paths are relative to that file`,
      { cause: error },
    );
  }
}
