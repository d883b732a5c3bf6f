import type { HttpRequest } from './http.ts';

/** What goes over the wire of a request's content; the same in Node and inside k6. */
export interface Body {
  readonly content: string;
  readonly contentType: string;
}

/** The content of a request, or undefined when it has none. */
export function bodyOf(request: HttpRequest): Body | undefined {
  if (request.json !== undefined) {
    return { content: JSON.stringify(request.json), contentType: 'application/json' };
  }
  if (request.form !== undefined) {
    const fields = Object.entries(request.form).map(
      ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    );
    return { content: fields.join('&'), contentType: 'application/x-www-form-urlencoded' };
  }
  return undefined;
}
