import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';
import type { OpenApi } from './openapi.ts';
import { isObject } from './values.ts';

/** An OpenAPI 3 document, as JSON or YAML. */
export function readOpenApi(cwd: string, file: string): OpenApi {
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refused(`${path} cannot be read: ${reasonOf(error)}`, error);
  }
  let document: unknown;
  try {
    document = parse(text);
    // YAML can name a value within itself, of which no body could be made.
    JSON.stringify(document);
  } catch (error) {
    throw refused(`${path} is neither JSON nor YAML: ${reasonOf(error)}`, error);
  }
  const { openapi, swagger, paths } = isObject(document) ? document : {};
  const found = openapi ?? swagger;
  if (!/^3(\.|$)/.test(String(found))) {
    const what = found === undefined ? 'none' : `version ${String(found)}`;
    const hint = /^2(\.|$)/.test(String(found))
      ? `; turn it into one first: npx swagger2openapi -o openapi.yaml ${file}`
      : '';
    throw refused(`expected an OpenAPI 3 document in ${path}, found ${what}${hint}`);
  }
  if (!isObject(paths)) {
    throw refused(`expected an OpenAPI 3 document with "paths" in ${path}, found none`);
  }
  return { ...(document as object), paths };
}

function refused(why: string, cause?: unknown): CommandError {
  return new CommandError(`--openapi: ${why}`, exitCodes.usage, [], cause);
}
