import type { HttpRequest } from '../journey/http.ts';
import type { RequestTemplate } from './platform.ts';

export type TemplateValues = Readonly<Record<string, string>>;

/**
 * A request from its template: `{{name}}` is replaced in the path (percent-encoded there), in headers and in
 * every string of the body. An unknown name stays as it is, so that it is seen.
 */
export function fillTemplate(template: RequestTemplate, values: TemplateValues): HttpRequest {
  const encoded = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]),
  );
  return {
    method: template.method,
    path: fillText(template.path, encoded),
    ...(template.headers === undefined
      ? {}
      : { headers: fill(template.headers, values) as Record<string, string> }),
    ...(template.json === undefined ? {} : { json: fill(template.json, values) }),
  };
}

function fill(value: unknown, values: TemplateValues): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, values)]));
}

function fillText(text: string, values: TemplateValues): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}
