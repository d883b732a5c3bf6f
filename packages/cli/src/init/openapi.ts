import type { Schema } from './example.ts';
import { placesOf } from './servers.ts';
import { isObject, isReference, listOf, type Values } from './values.ts';

/** An OpenAPI 3 document, of which nothing is certain but that it has paths: people write them by hand. */
export interface OpenApi {
  readonly servers?: unknown;
  readonly paths: object;
  readonly components?: unknown;
  readonly security?: unknown;
}

/** One operation of a path, its references followed. */
export interface Operation {
  /** As clients call it. */
  readonly path: string;
  readonly summary: string;
  /** Whether a client has to know more than the path: a query, a header, a cookie. */
  readonly needsParameters: boolean;
  /** By which schemes a client has to say who it is; none where it may do without. */
  readonly authorization: readonly string[];
  /** Undefined where none is documented. */
  readonly body:
    | { readonly example: unknown; readonly schema: Schema | undefined }
    | 'not JSON'
    | 'not followed'
    | undefined;
  /** Documented successes, lowest first. */
  readonly successes: readonly Success[];
}

/** A success that a document speaks of. What it calls `default` is none: that is what is left, mistakes above all. */
export interface Success {
  readonly status: number | '2XX';
  /** Of the JSON that it answers; undefined where none is documented. */
  readonly answer: Schema | undefined;
}

/** A path, and what can be done there. */
export interface PathOf {
  /** As the document writes it. */
  readonly written: string;
  readonly operations: Readonly<Record<'get' | 'post' | 'delete', Operation | undefined>>;
  /** By which other methods what is there can be changed. */
  readonly changes: readonly string[];
  /** What of it another host has, in words. */
  readonly elsewhere: readonly string[];
}

/** Follows a reference within the document; what refers to nothing is nothing. */
export type Follower = (value: unknown) => Values | undefined;

/** References that lead nowhere, or out of the document, are added to `lost`. */
export function follower(document: OpenApi, lost: Set<string>): Follower {
  return (value) => {
    let found = value;
    // A reference that leads to itself leads nowhere.
    for (let steps = 0; steps < 20 && isReference(found) && found.$ref.startsWith('#/'); steps += 1) {
      found = found.$ref
        .slice(2)
        .split('/')
        .map((part) => percentDecoded(part).replaceAll('~1', '/').replaceAll('~0', '~'))
        .reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), document);
    }
    if (isObject(found) && !isReference(found)) return found;
    if (isReference(value)) lost.add(value.$ref);
    return undefined;
  };
}

/** As it is where it is no such text. */
function percentDecoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Every path of a document, its operations below the address at which they are served. */
export function pathsOf(document: OpenApi, entry: string, follow: Follower): readonly PathOf[] {
  const placeOf = placesOf(document.servers, entry);
  return Object.entries(document.paths).flatMap(([written, value]) => {
    const item = follow(value);
    if (item === undefined || !written.startsWith('/')) return [];
    const elsewhere: string[] = [];
    const operationAt = (method: string): Operation | undefined => {
      const operation = follow(item[method]);
      if (operation === undefined) return undefined;
      const place = placeOf(operation['servers'], item['servers']);
      if ('base' in place) {
        return operationOf(`${place.base}${written}`, operation, item, document.security, follow);
      }
      elsewhere.push(`${method.toUpperCase()} ${written} (${place.elsewhere})`);
      return undefined;
    };
    const operations = { get: operationAt('get'), post: operationAt('post'), delete: operationAt('delete') };
    const changes = ['put', 'patch'].filter((method) => isObject(item[method]));
    return [{ written, operations, changes, elsewhere }];
  });
}

function operationOf(
  path: string,
  operation: Values,
  item: Values,
  security: unknown,
  follow: Follower,
): Operation {
  const parameters = [...listOf(item['parameters']), ...listOf(operation['parameters'])].map(follow);
  const summary = operation['summary'];
  return {
    path,
    summary: typeof summary === 'string' ? summary.trim() : '',
    // One that is not known may have to be there.
    needsParameters: parameters.some(
      (one) => one === undefined || (one['required'] === true && one['in'] !== 'path'),
    ),
    authorization: authorizationOf(operation['security'] ?? security),
    body: bodyOf(operation['requestBody'], follow),
    successes: successesOf(operation['responses'], follow),
  };
}

function successesOf(responses: unknown, follow: Follower): readonly Success[] {
  return Object.entries(follow(responses) ?? {})
    .filter(([status]) => /^2(\d\d|XX)$/.test(status))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([status, response]) => ({
      status: status === '2XX' ? status : Number(status),
      answer: jsonOf(follow(response)?.['content'])?.['schema'] as Schema | undefined,
    }));
}

/** Of several ways the first, unless one of them asks for nothing. */
function authorizationOf(security: unknown): readonly string[] {
  const ways = listOf(security)
    .filter(isObject)
    .map((way) => Object.keys(way));
  const [first = []] = ways;
  return ways.some((way) => way.length === 0) ? [] : first;
}

function bodyOf(given: unknown, follow: Follower): Operation['body'] {
  const body = follow(given);
  if (body === undefined && isReference(given)) return 'not followed';
  if (body === undefined || !isObject(body['content'])) return undefined;
  const json = jsonOf(body['content']);
  if (json === undefined) return 'not JSON';
  const [named] = isObject(json['examples']) ? Object.values(json['examples']) : [];
  return {
    example: json['example'] ?? (isObject(named) ? named['value'] : undefined),
    schema: json['schema'] as Schema | undefined,
  };
}

function jsonOf(content: unknown): Values | undefined {
  const found = Object.entries(isObject(content) ? content : {}).find(([type]) =>
    /^(application\/json\s*(;|$)|\*\/\*$)/i.test(type),
  );
  return isObject(found?.[1]) ? found[1] : undefined;
}
