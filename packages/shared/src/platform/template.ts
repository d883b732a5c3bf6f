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
  return prepareTemplate(template, headers)(variables);
}

/** The same for a template that is filled again and again: all that does not depend on the variables is done once. */
export function prepareTemplate(
  template: RequestTemplate,
  headers: Readonly<Record<string, string>>,
): (variables: TemplateVariables) => FilledRequest {
  const where = `${template.method} ${template.path}`;
  const fillPath = prepareText(template.path, where, encodeURIComponent);
  const fillBody =
    template.json === undefined
      ? () => null
      : prepareText(JSON.stringify(template.json), `the body of ${where}`, escapeJson);
  const usual: Record<string, string> =
    template.json === undefined ? {} : { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(headers)) usual[name.toLowerCase()] = value;
  const own = Object.entries(template.headers ?? {}).map(
    ([name, value]) =>
      [name.toLowerCase(), prepareText(value, `header ${name} of ${where}`, unchanged)] as const,
  );
  return (variables) => {
    const body = fillBody(variables);
    const merged = own.length === 0 ? usual : { ...usual };
    for (const [name, fill] of own) merged[name] = fill(variables);
    return { method: template.method, path: fillPath(variables), headers: merged, body };
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
  return prepareText(text, where, encode)(variables);
}

function prepareText(
  text: string,
  where: string,
  encode: (value: string) => string,
): (variables: TemplateVariables) => string {
  // Texts and the names of variables take turns.
  const [first = '', ...rest] = text.split(variable);
  if (rest.length === 0) return () => first;
  return (variables) => {
    let filled = first;
    for (let i = 0; i < rest.length; i += 2) {
      const name = rest[i] ?? '';
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value === undefined) {
        const known = Object.keys(variables).join(', ');
        throw new Error(`Unknown variable {{${name}}} in ${where}. There are: ${known}.`);
      }
      filled += encode(value) + (rest[i + 1] ?? '');
    }
    return filled;
  };
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
