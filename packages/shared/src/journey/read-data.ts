import { isUtf8 } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../reason-of.ts';
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
  let bytes: Buffer;
  try {
    // Few name a file, and it brings much along.
    const { readFile } = await import('node:fs/promises');
    bytes = await readFile(file);
  } catch (error) {
    const why = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? reasonOf(error);
    throw new Error(
      `${file}: ${why}; it is data set ${name} of ${fileURLToPath(journey)}, and paths are relative to that file`,
      { cause: error },
    );
  }
  if (!isUtf8(bytes)) {
    throw new Error(
      `${file}: expected text in UTF-8, found bytes that are none; save it as UTF-8 (a spreadsheet calls it "CSV UTF-8")`,
    );
  }
  return bytes.toString('utf8');
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'expected a file, found a directory',
  EACCES: 'there is no permission to read it',
};
