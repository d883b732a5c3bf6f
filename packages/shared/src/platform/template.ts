import type { RequestTemplate } from './request-template.ts';

/** Values of a template's variables, by name: `id`, `collection`, `run`, `tenant`, `payload`, `cursor`. */
export type TemplateVariables = Readonly<Record<string, string>>;

/** A request as it goes over the wire. */
export interface FilledRequest {
  readonly method: RequestTemplate['method'];
  /** With the query, relative to the entry. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const variable = /\{\{\s*(\w+)\s*\}\}/g;

/**
 * Fills a template: values are percent-encoded in the path, escaped in the JSON body, and as they are in the
 * template's own headers. Those win over `headers`, whatever their case. Throws on a variable that has no value here.
 */
export function fillTemplate(
  template: RequestTemplate,
  variables: TemplateVariables,
  headers: Readonly<Record<string, string>>,
): FilledRequest {
  const where = `${template.method} ${template.path}`;
  const body =
    template.json === undefined
      ? null
      : fillText(JSON.stringify(template.json), variables, `the body of ${where}`, escapeJson);
  const merged: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) merged[name.toLowerCase()] = value;
  for (const [name, value] of Object.entries(template.headers ?? {})) {
    merged[name.toLowerCase()] = fillText(value, variables, `header ${name} of ${where}`, unchanged);
  }
  return {
    method: template.method,
    path: fillText(template.path, variables, where, encodeURIComponent),
    headers: merged,
    body,
  };
}

/** The collections that a request writes into: every string of its body that names `{{collection}}` and nothing else. */
export function collectionsOf(template: RequestTemplate, collection: string): readonly string[] {
  return stringsIn(template.json)
    .filter((text) => [...text.matchAll(variable)].some((match) => match[1] === 'collection'))
    .filter((text) => [...text.matchAll(variable)].every((match) => match[1] === 'collection'))
    .map((text) => text.replaceAll(variable, collection));
}

/** Replaces the variables in a text. Throws on one that has no value here; `where` says where the text stands. */
export function fillText(
  text: string,
  variables: TemplateVariables,
  where: string,
  encode: (value: string) => string,
): string {
  return text.replaceAll(variable, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      const known = Object.keys(variables).join(', ');
      throw new Error(`Unknown variable {{${name}}} in ${where}. There are: ${known}.`);
    }
    return encode(value);
  });
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

function escapeJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function unchanged(value: string): string {
  return value;
}
