/** Where a server is, with the credentials that were written into the address apart: a URL is printed in many places. */
export interface Address {
  /** Without credentials and fragment. It keeps the base path, and the query if there is one. */
  readonly base: URL;
  readonly credentials?: { readonly user: string; readonly password: string };
  /** What of it must never be printed, as written and decoded. */
  readonly secrets: readonly string[];
}

/** Takes an address apart. Throws without repeating it, as it may hold a password. */
export function addressOf(url: string): Address {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Error('The address of Prometheus is no URL. Expected for instance http://prometheus:9090');
  }
  const user = decode(parsed.username);
  const password = decode(parsed.password);
  const base = new URL(parsed);
  base.username = '';
  base.password = '';
  base.hash = '';
  return {
    base,
    ...(user === '' && password === '' ? {} : { credentials: { user, password } }),
    secrets: [parsed.password, password, ...parsed.searchParams.values()],
  };
}

/** The address of one of the API's methods. `query` is added to the address's own. */
export function endpointOf({ base }: Address, path: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
