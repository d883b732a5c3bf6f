import { reasonOf } from '../reason-of.ts';

/** Rows of a data set, as journeys get them. */
export type Rows = readonly unknown[];

/**
 * Reads a data set from its file's text. Throws with the line of what is wrong: no rows, a row of another length,
 * a quote that is never closed or closed too early, a column without a name, JSON that is none or no array, a file that
 * by its name is neither CSV nor JSON.
 */
export function parseDataSet(file: string, text: string): Rows {
  const plain = text.replace(/^\uFEFF/, '');
  const [kind] = /\.(?:csv|json)$/i.exec(file) ?? [];
  if (kind === undefined) {
    throw new Error(`${file}: expected a data set whose name ends in .csv or .json, found another one`);
  }
  const rows = kind.toLowerCase() === '.json' ? parseJson(file, plain) : parseCsv(file, plain);
  if (rows.length === 0) {
    throw new Error(
      `${file}: expected at least one row of data, found none; add rows, or leave the data set out`,
    );
  }
  return rows;
}

function parseJson(file: string, text: string): Rows {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = reasonOf(error);
    throw new Error(`${file}:${lineOfMistake(text)}: expected JSON: ${message.replaceAll(/\s+/g, ' ')}`, {
      cause: error,
    });
  }
  if (!Array.isArray(value)) {
    throw new Error(`${file}:1: expected an array of rows ([{ … }, …]), found ${describe(value)}`);
  }
  return value;
}

/** The first line with which a text can no longer become JSON. (The engine's own message does not always say.) */
function lineOfMistake(text: string): number {
  const lines = text.split('\n');
  let fine = 0;
  let wrong = lines.length;
  while (wrong - fine > 1) {
    const middle = Math.floor((fine + wrong) / 2);
    if (mayGoOn(`${lines.slice(0, middle).join('\n')}\n`)) fine = middle;
    else wrong = middle;
  }
  return wrong;
}

/** Whether nothing is wrong with a text but that it ends. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.includes('end of JSON input') : Number(position) >= text.length;
  }
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function parseCsv(file: string, text: string): readonly Readonly<Record<string, string>>[] {
  const [header, ...lines] = csvLines(file, text);
  if (header === undefined) return [];
  const names = header.fields.map((field) => field.trim());
  const nameless = names.indexOf('');
  if (nameless >= 0) {
    throw new Error(`${file}:1: expected a name for every column, found none for column ${nameless + 1}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${file}:1: expected each column once, found ${twice} twice`);
  return lines.map(({ line, fields }) => {
    if (fields.length !== names.length) {
      throw new Error(
        `${file}:${line}: expected ${names.length} fields (${names.join(', ')}), found ${fields.length}; ` +
          'put fields that hold commas into double quotes',
      );
    }
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
  });
}

interface CsvLine {
  /** Line of the file that it begins in. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Lines and fields as RFC 4180 has them. Empty lines are passed over. */
function csvLines(file: string, text: string): readonly CsvLine[] {
  const lines: CsvLine[] = [];
  let fields: string[] = [];
  let field = '';
  let wasQuoted = false;
  let quotedSince: number | undefined;
  let line = 1;
  let began = 1;
  const endLine = () => {
    if (fields.length > 0 || field !== '' || wasQuoted)
      lines.push({ line: began, fields: [...fields, field] });
    fields = [];
    field = '';
    wasQuoted = false;
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (sign === '\n') line += 1;
    if (quotedSince !== undefined) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quotedSince = undefined;
    } else if (sign === '"' && field === '' && !wasQuoted) {
      quotedSince = line;
      wasQuoted = true;
    } else if (sign === ',') {
      fields.push(field);
      field = '';
      wasQuoted = false;
    } else if (sign === '\n') {
      endLine();
      began = line;
    } else if (sign !== '\r') {
      if (wasQuoted) {
        throw new Error(
          `${file}:${line}: expected a comma or the end of the line behind a closing double quote, found ${JSON.stringify(sign)}; ` +
            'write a double quote within a field twice',
        );
      }
      field += sign;
    }
  }
  if (quotedSince !== undefined) {
    throw new Error(`${file}:${quotedSince}: expected a closing double quote, found the end of the file`);
  }
  endLine();
  return lines;
}
