import { exampleOf, propertiesOf, typeOf } from './example.ts';
import {
  follower,
  pathsOf,
  type Follower,
  type OpenApi,
  type Operation,
  type PathOf,
  type Success,
} from './openapi.ts';
import type { ProposedJourney } from './proposal.ts';

/** More journeys than these are no critical flows any more. */
const MOST = 10;

/** What counts as success where a document names no status, or all of them. */
const usual = { get: [200], post: [200, 201, 202], delete: [200, 202, 204] } as const;

/** What a document is good for. */
export interface FromOpenApi {
  readonly health: readonly string[];
  readonly journeys: readonly ProposedJourney[];
  /** References that lead nowhere, or out of the document: what needs them is left out. */
  readonly notFollowed: readonly string[];
  /** What could be made and deleted, were it documented which field of the answer names it. */
  readonly unnamed: readonly string[];
  /** What another host has than the document's first server. */
  readonly elsewhere: readonly string[];
  /** Schemes by which these journeys have to say who they are. */
  readonly authorization: readonly string[];
}

/** A journey, and what it asks of the platform. */
interface Candidate {
  readonly journey: ProposedJourney;
  readonly operations: readonly Operation[];
}

/**
 * Health checks, and what clients can do without knowing more than the document: make, read, delete; list. Paths are
 * those of `entry`, below the first of the servers that are nearest to them.
 */
export function fromOpenApi(document: OpenApi, entry: string): FromOpenApi {
  const lost = new Set<string>();
  const follow = follower(document, lost);
  const paths = pathsOf(document, entry, follow);
  const isHealth = (path: string) => /\/(health|healthz|live|livez|ready|readyz|ping)(\/|$)/i.test(path);
  const whole = paths.filter(({ written }) => !written.includes('{'));
  const health = whole
    .filter(({ written }) => isHealth(written))
    .flatMap(({ operations: { get } }) => (get === undefined ? [] : [get]));
  const makings = whole.map((one) => makingAt(one, paths, follow)).filter((one) => one !== undefined);
  const made = makings.filter((one) => 'journey' in one);
  const collections = new Set(made.flatMap(({ journey }) => journey.steps.map(({ path }) => path)));
  const lists = whole.flatMap(({ written, operations: { get } }): readonly Candidate[] => {
    if (get === undefined || get.needsParameters || isHealth(written)) return [];
    const { path } = get;
    if (collections.has(path)) return [];
    const name = wordsOf(written);
    const title = get.summary === '' ? `Get ${path}` : get.summary;
    const step = { kind: 'get', name, path, expect: successOf(get, 'get') } as const;
    return [{ journey: { name, title, steps: [step] }, operations: [get] }];
  });
  const proposed = [...made, ...lists].slice(0, MOST);
  const used = [...health, ...proposed.flatMap(({ operations }) => operations)];
  return {
    health: health.map(({ path }) => path),
    journeys: namedApart(proposed.map(({ journey }) => journey)),
    notFollowed: [...lost],
    unnamed: makings.flatMap((one) => ('unnamed' in one ? [one.unnamed] : [])),
    elsewhere: paths.flatMap(({ elsewhere }) => elsewhere),
    authorization: [...new Set(used.flatMap((one) => one.authorization))],
  };
}

/** Makes something at a path and deletes it; undefined where a client would have to know more for that. */
function makingAt(
  { written, operations: { post } }: PathOf,
  paths: readonly PathOf[],
  follow: Follower,
): Candidate | { readonly unnamed: string } | undefined {
  if (post === undefined || post.needsParameters || typeof post.body === 'string') return undefined;
  const parameter = (one: PathOf): string | undefined =>
    one.written.startsWith(`${written}/`)
      ? /^\/\{([^/{}]+)\}$/.exec(one.written.slice(written.length))?.[1]
      : undefined;
  const below = paths.find((one) => parameter(one) !== undefined);
  // What is made and cannot be deleted stays behind on a real platform: that is for a person to decide.
  if (below?.operations.delete === undefined || below.operations.delete.needsParameters) return undefined;
  const body = post.body?.example ?? exampleOf(post.body?.schema, follow);
  if (body === undefined) return undefined;
  const id = idOf(post, parameter(below) ?? 'id', follow);
  if (id === undefined) return { unnamed: `POST ${written}` };
  const { get, delete: remove } = below.operations;
  const read = get?.path === remove.path && !get.needsParameters ? get : undefined;
  const { path } = post;
  const name = `make-${wordsOf(written)}`;
  const step = {
    kind: 'create',
    name,
    path,
    body,
    expect: successOf(post, 'post'),
    id,
    item: remove.path.replace(/[^/]*$/, '{id}'),
    reads: read !== undefined,
    deletes: successOf(remove, 'delete'),
  } as const;
  return {
    journey: {
      name,
      title: `Make something at ${path}, ${step.reads ? 'see it, ' : ''}and delete it`,
      steps: [step],
    },
    operations: [post, remove, ...(read === undefined ? [] : [read])],
  };
}

/**
 * Which field of the answer names what was made; undefined where the document does not say so of every success: after
 * one that names nothing it would stay behind.
 */
function idOf({ successes }: Operation, parameter: string, follow: Follower): string | undefined {
  const isNamedBy = (field: string) => (success: Success) => {
    const properties = propertiesOf(success.answer, follow) ?? {};
    if (!Object.hasOwn(properties, field)) return false;
    return [undefined, 'string', 'integer', 'number'].includes(typeOf(follow(properties[field])));
  };
  return successes.length === 0
    ? undefined
    : [parameter, 'id'].find((field) => successes.every(isNamedBy(field)));
}

function successOf({ successes }: Operation, method: keyof typeof usual): number | readonly number[] {
  const documented = successes.flatMap(({ status }) => (status === '2XX' ? usual[method] : [status]));
  const expected = documented.length > 0 ? [...new Set(documented)].toSorted() : usual[method];
  const [only, ...others] = expected;
  return only !== undefined && others.length === 0 ? only : expected;
}

function wordsOf(path: string): string {
  const words = path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^v\d+$/.test(word));
  return words.filter((word) => word !== 'api').join('-') || 'root';
}

/** Each journey is a file of its own name. */
function namedApart(journeys: readonly ProposedJourney[]): readonly ProposedJourney[] {
  const taken = new Set<string>();
  return journeys.map((journey) => {
    let { name } = journey;
    for (let next = 2; taken.has(name); next += 1) name = `${journey.name}-${next}`;
    taken.add(name);
    return { ...journey, name };
  });
}
