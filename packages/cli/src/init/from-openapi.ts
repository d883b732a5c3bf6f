import { exampleOf, propertiesOf, typeOf } from './example.ts';
import type { LeftOut } from './left-out.ts';
import {
  follower,
  pathsOf,
  type Follower,
  type OpenApi,
  type Operation,
  type PathOf,
  type Success,
} from './openapi.ts';
import type { ProposedHealth, ProposedJourney } from './proposal.ts';

/** More journeys than these are no critical flows any more. */
const MOST = 10;
/** It is the name of a file. */
const LONGEST_NAME = 80;

/** What counts as success where a document names no status, or all of them. */
const usual = { get: [200], post: [200, 201, 202], delete: [200, 202, 204] } as const;

/** Why an operation is part of nothing that is proposed. */
const WHY = {
  elsewhere: "another host than the document's first server has it",
  parameters: 'it needs more than a path: a query, a header or a cookie that has to be there',
  form: 'its body is not JSON',
  body: 'of its schema no body can be made that is sure to be taken',
  stays: 'the document has no way to delete what it makes, and it would stay behind',
  unnamed:
    'the document does not say of every success which field of its JSON names what was made, and it would stay behind',
  id: 'its path needs something that no journey here makes',
  changes: 'it changes or deletes what no journey here has made',
  covered: 'a journey makes something at its path',
} as const;

/** What a document is good for. */
export interface FromOpenApi {
  readonly health: readonly ProposedHealth[];
  readonly journeys: readonly ProposedJourney[];
  /** References that lead nowhere, or out of the document: what needs them is left out. */
  readonly notFollowed: readonly string[];
  /** Operations that are part of nothing of it. */
  readonly leftOut: readonly LeftOut[];
  /** Schemes by which these journeys have to say who they are. */
  readonly authorization: readonly string[];
}

/** A journey, and what it asks of the platform. */
interface Candidate {
  /** What it begins with. */
  readonly name: string;
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
  const whole = paths.filter(({ written }) => !written.includes('{'));
  const makings = whole.map((one) => makingAt(one, paths, follow)).filter((one) => one !== undefined);
  const made = makings.filter((one) => 'journey' in one);
  const collections = new Set(made.flatMap(({ journey }) => journey.steps.map(({ path }) => path)));
  const asked = whole.map((one) => askingAt(one, collections)).filter((one) => one !== undefined);
  const health = asked.filter((one) => 'health' in one);
  const candidates = [...made, ...asked.filter((one) => 'journey' in one)];
  const proposed = candidates.slice(0, MOST);
  const tooMany = `no more than the first ${MOST} of ${candidates.length} journeys are proposed`;
  const used = [...health.map(({ health: one }) => one), ...proposed.flatMap(({ operations }) => operations)];
  return {
    health: health.map(({ health: get }) => ({ path: get.path, status: onlyStatusOf(get) })),
    journeys: namedApart(proposed.map(({ journey }) => journey)),
    notFollowed: [...lost],
    leftOut: [
      ...paths.flatMap(({ elsewhere }) => elsewhere).map((name) => ({ name, why: WHY.elsewhere })),
      ...[...makings, ...asked].filter((one) => 'why' in one),
      ...unusedOf(paths, new Set(made.flatMap(({ operations }) => operations))),
      ...candidates.slice(MOST).map(({ name }) => ({ name, why: tooMany })),
    ],
    authorization: [...new Set(used.flatMap((one) => one.authorization))],
  };
}

/** What asks for nothing but its path: a health check, or a journey. */
function askingAt(
  { written, operations: { get } }: PathOf,
  collections: ReadonlySet<string>,
): Candidate | LeftOut | { readonly health: Operation } | undefined {
  if (get === undefined) return undefined;
  const name = `GET ${written}`;
  if (get.needsParameters) return { name, why: WHY.parameters };
  if (/\/(health|healthz|live|livez|ready|readyz|ping)\/?$/i.test(written)) return { health: get };
  const { path } = get;
  if (collections.has(path)) return { name, why: WHY.covered };
  const words = wordsOf(written);
  const title = get.summary === '' ? `Get ${path}` : get.summary;
  const step = { kind: 'get', name: words, path, expect: successOf(get, 'get') } as const;
  return { name, journey: { name: words, title, steps: [step] }, operations: [get] };
}

/** What there is besides: it is about something of which a client would have to know, or have made, before. */
function unusedOf(paths: readonly PathOf[], used: ReadonlySet<Operation>): readonly LeftOut[] {
  return paths.flatMap(({ written, operations, changes }) => {
    const isWhole = !written.includes('{');
    const { get, post, delete: remove } = operations;
    const [why, rest] = isWhole ? [WHY.changes, { delete: remove }] : [WHY.id, { get, post, delete: remove }];
    const methods = Object.entries(rest).flatMap(([method, operation]) =>
      operation === undefined || used.has(operation) ? [] : [method],
    );
    return [
      ...methods.map((method) => ({ name: `${method.toUpperCase()} ${written}`, why })),
      ...changes.map((method) => ({ name: `${method.toUpperCase()} ${written}`, why: WHY.changes })),
    ];
  });
}

/** Makes something at a path and deletes it; undefined where there is nothing to make it with. */
function makingAt(
  { written, operations: { post } }: PathOf,
  paths: readonly PathOf[],
  follow: Follower,
): Candidate | LeftOut | undefined {
  if (post === undefined) return undefined;
  const first = `POST ${written}`;
  const without = (why: string): LeftOut => ({ name: first, why });
  if (post.needsParameters) return without(WHY.parameters);
  if (typeof post.body === 'string') return without(post.body === 'not JSON' ? WHY.form : WHY.body);
  const parameter = (one: PathOf): string | undefined =>
    one.written.startsWith(`${written}/`)
      ? /^\/\{([^/{}]+)\}$/.exec(one.written.slice(written.length))?.[1]
      : undefined;
  const below = paths.find((one) => parameter(one) !== undefined);
  // What is made and cannot be deleted stays behind on a real platform: that is for a person to decide.
  const remove = below?.operations.delete;
  if (below === undefined || remove === undefined || remove.needsParameters) return without(WHY.stays);
  const body = post.body?.example ?? exampleOf(post.body?.schema, follow);
  if (body === undefined) return without(WHY.body);
  const id = idOf(post, parameter(below) ?? 'id', follow);
  if (id === undefined) return without(WHY.unnamed);
  const { get } = below.operations;
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
    name: first,
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

/** A health check expects one status: 200, unless it is documented with others alone. */
function onlyStatusOf(get: Operation): number {
  const expected = [successOf(get, 'get')].flat();
  return expected.includes(200) ? 200 : (expected[0] ?? 200);
}

function wordsOf(path: string): string {
  const words = path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^v\d+$/.test(word));
  const name = words.filter((word) => word !== 'api').join('-');
  return name.slice(0, LONGEST_NAME) || 'root';
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
