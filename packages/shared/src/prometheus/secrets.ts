/** An address without the credentials that were written into it, and what must never be printed. */
export interface Address {
  readonly base: URL;
  /** Value of the Authorization header that the address's user and password make. */
  readonly authorization?: string;
  readonly redact: (text: string) => string;
}

const HIDDEN = '[hidden]';

/**
 * Takes an address apart: credentials go into a header, since a URL is printed in many places. `headers` are
 * taken for secrets too, as are values in the address's query.
 */
export function addressOf(url: string, headers: Readonly<Record<string, string>>): Address {
  const parsed = URL.parse(url);
  if (parsed === null) {
    throw new Error('The address of Prometheus is no URL. Expected for instance http://prometheus:9090');
  }
  const user = decode(parsed.username);
  const password = decode(parsed.password);
  const pair = Buffer.from(`${user}:${password}`).toString('base64');
  const hasCredentials = user !== '' || password !== '';
  const secrets = [
    ...(hasCredentials ? [parsed.password, password, pair, encodeURIComponent(password)] : []),
    ...parsed.searchParams.values(),
    ...Object.values(headers).flatMap((value) => [value, ...value.split(' ').slice(1)]),
  ];
  const base = new URL(parsed);
  base.username = '';
  base.password = '';
  base.hash = '';
  return {
    base,
    ...(hasCredentials ? { authorization: `Basic ${pair}` } : {}),
    redact: redactor(secrets),
  };
}

// The longest first, so that a secret that contains another goes whole. What is very short would blank out
// ordinary words.
function redactor(secrets: readonly string[]): (text: string) => string {
  const sorted = [...new Set(secrets)]
    .filter(({ length }) => length >= 4)
    .sort((left, right) => right.length - left.length);
  return (text) => sorted.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
