/**
 * A request as data. `{{id}}`, `{{collection}}`, `{{payload}}`, `{{run}}`, `{{tenant}}` and `{{cursor}}` in the
 * path and in strings of the body are replaced.
 */
export interface RequestTemplate {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}
