import { isObject, listOf } from './values.ts';

/** Where an operation is: below a path of the platform, or at another host. */
export type Place = { readonly base: string } | { readonly elsewhere: string };

/** Where operations are, by the servers of their own or of their path; without any, by those of the document. */
export function placesOf(servers: unknown, entry: string): (...nearest: readonly unknown[]) => Place {
  const at = new URL(entry);
  const [server] = listOf(servers);
  const first = addressOf(server, at.origin);
  const base = pathBelow(first);
  return (...nearest) => {
    const own = nearest.map((list) => listOf(list)).find((list) => list.length > 0);
    if (own === undefined) return { base: base || pathBelow(at) };
    // The document's first server stands for the entry, whatever host it names.
    const addresses = own.map((one) => addressOf(one, (first ?? at).origin));
    const here = addresses.find((url) => url !== null && [first?.host, at.host].includes(url.host));
    if (here === undefined) return { elsewhere: addresses[0]?.host ?? textOf(own[0]) };
    // The root is the entry's path, unless the document says itself what it has below the root.
    return { base: pathBelow(here) || (base === '' ? pathBelow(at) : '') };
  };
}

/** The path of an address without the slash at its end: empty where it has none. */
export function pathBelow(url: URL | null): string {
  return url?.pathname.replace(/\/+$/, '') ?? '';
}

function addressOf(server: unknown, origin: string): URL | null {
  return URL.parse(textOf(server), origin);
}

/** With what stands for its variables where nobody says otherwise. */
function textOf(server: unknown): string {
  const { url, variables } = isObject(server) ? server : {};
  if (typeof url !== 'string') return '/';
  return url.replaceAll(/\{([^}]*)\}/g, (all, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined;
    return isObject(variable) ? String(variable['default'] ?? all) : all;
  });
}
