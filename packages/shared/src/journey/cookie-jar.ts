/** Cookies that answers have set, and which of them a request is sent (RFC 6265, without public suffixes). */
export interface CookieJar {
  /** Takes the `set-cookie` headers of an answer from `url`. */
  take(url: URL, headers: readonly string[]): void;
  /** Cookies for a request to `url`, in the order of the header. */
  for(url: URL): readonly { readonly name: string; readonly value: string }[];
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly expires: number;
}

/** An empty jar. `wall` is the wall clock, milliseconds since the Unix epoch. */
export function createCookieJar(wall: () => number): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    take(url, headers) {
      for (const header of headers) {
        const cookie = parseCookie(url, header, wall());
        if (cookie === undefined) continue;
        const key = [cookie.domain, cookie.path, cookie.name].join(';');
        // One that is over already takes the place of the one before, and is sent to nobody.
        cookies.set(key, cookie);
      }
    },
    for: (url) =>
      [...cookies.values()]
        .filter((cookie) => cookie.expires > wall() && matches(cookie, url))
        .sort((left, right) => right.path.length - left.path.length),
  };
}

function parseCookie(url: URL, header: string, now: number): Cookie | undefined {
  const [pair = '', ...parts] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, equals)).trim();
  if (name === '') return undefined;
  const attributes = new Map(
    parts.map((part) => {
      const [key = '', ...rest] = part.split('=');
      return [key.trim().toLowerCase(), rest.join('=').trim()] as const;
    }),
  );
  const host = url.hostname.toLowerCase();
  const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
  if (domain !== '' && !isWithin(host, domain)) return undefined;
  const path = attributes.get('path') ?? '';
  return {
    name,
    value: unquoted(pair.slice(equals + 1).trim()),
    domain: domain === '' ? host : domain,
    hostOnly: domain === '',
    path: path.startsWith('/') ? path : directoryOf(url.pathname),
    secure: attributes.has('secure'),
    expires: expiryOf(attributes, now),
  };
}

/** `max-age` wins over `expires`; without either a cookie lives as long as the jar. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? Infinity : expires;
}

function matches(cookie: Cookie, url: URL): boolean {
  const host = url.hostname.toLowerCase();
  if (cookie.hostOnly ? host !== cookie.domain : !isWithin(host, cookie.domain)) return false;
  if (cookie.secure && !isSecure(url)) return false;
  const { path } = cookie;
  return (
    url.pathname === path ||
    (url.pathname.startsWith(path) && (path.endsWith('/') || url.pathname[path.length] === '/'))
  );
}

/** What stays on the machine counts as secure, as it does for browsers and for k6. */
function isSecure(url: URL): boolean {
  const host = url.hostname.toLowerCase();
  return (
    url.protocol === 'https:' ||
    url.protocol === 'wss:' ||
    isWithin(host, 'localhost') ||
    host === '[::1]' ||
    /^127(?:\.\d+){3}$/.test(host)
  );
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function directoryOf(pathname: string): string {
  const last = pathname.lastIndexOf('/');
  return last <= 0 ? '/' : pathname.slice(0, last);
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
