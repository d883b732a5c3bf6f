import { exampleOf, propertiesOf, typeOf } from './example.ts';
import { follower, pathsOf, type Follower, type OpenApi, type Operation, type PathOf } from './openapi.ts';
import type { ProposedJourney, ProposedStep } from './proposal.ts';

/** More journeys than these are no critical flows any more. */
const MOST = 10;

/** What counts as success where a document names none. */
const usual = { get: [200], post: [200, 201], delete: [200, 202, 204] } as const;

/**
 * Health checks, and what clients can do without knowing more than the document: make, read, delete; list. Paths are
 * those of `entry`, below the document's first server.
 */
export function fromOpenApi(
  document: OpenApi,
  entry: string,
): {
  readonly health: readonly string[];
  readonly journeys: readonly ProposedJourney[];
  /** References that lead nowhere, or out of the document: what needs them is left out. */
  readonly notFollowed: readonly string[];
  /** Schemes by which these journeys have to say who they are. */
  readonly authorization: readonly string[];
} {
  const lost = new Set<string>();
  const follow = follower(document, lost);
  const paths = pathsOf(document, entry, follow);
  const isHealth = (path: string) => /\/(health|healthz|live|livez|ready|readyz|ping)(\/|$)/i.test(path);
  const isWhole = ({ written }: PathOf) => !written.includes('{');
  const health = paths.filter(
    (one) => isHealth(one.written) && one.operations.get !== undefined && isWhole(one),
  );
  const made = paths.filter(isWhole).flatMap((one) => createSteps(one, paths, follow));
  const collections = new Set(made.map(({ path }) => path));
  const lists = paths.flatMap((one): readonly ProposedJourney[] => {
    const { path, written } = one;
    const { get } = one.operations;
    if (get === undefined || !isWhole(one) || isHealth(written) || collections.has(path)) return [];
    if (get.needsParameters) return [];
    const name = wordsOf(written);
    const step = { kind: 'get', name, path, expect: successOf(get, 'get') } as const;
    return [{ name, title: get.summary === '' ? `Get ${path}` : get.summary, steps: [step] }];
  });
  const journeys = [
    ...made.map((step) => ({
      name: step.name,
      title: `Make something at ${step.path}, ${step.reads ? 'see it, ' : ''}and delete it`,
      steps: [step],
    })),
    ...lists,
  ];
  const proposed = namedApart(journeys).slice(0, MOST);
  const used = [
    ...health.map(({ operations }) => operations.get),
    ...proposed.flatMap(({ steps }) => steps.flatMap((step) => operationsOf(step, paths))),
  ];
  return {
    health: health.map(({ path }) => path),
    journeys: proposed,
    notFollowed: [...lost],
    authorization: [...new Set(used.flatMap((one) => one?.authorization ?? []))],
  };
}

/** What a step asks of the platform. */
function operationsOf(step: ProposedStep, paths: readonly PathOf[]): readonly (Operation | undefined)[] {
  return paths.flatMap(({ path, operations: { get, post, delete: remove } }) => {
    if (path === step.path) return [step.kind === 'get' ? get : post];
    const isItem = step.kind === 'create' && /^\/\{[^/{}]+\}$/.test(path.slice(step.path.length));
    return isItem && path.startsWith(step.path) ? [get, remove] : [];
  });
}

function createSteps(
  { path, written, operations: { post } }: PathOf,
  paths: readonly PathOf[],
  follow: Follower,
): readonly Extract<ProposedStep, { kind: 'create' }>[] {
  if (post === undefined || post.needsParameters || typeof post.body === 'string') return [];
  const parameter = (one: PathOf): string | undefined =>
    one.written.startsWith(`${written}/`)
      ? /^\/\{([^/{}]+)\}$/.exec(one.written.slice(written.length))?.[1]
      : undefined;
  const below = paths.find((one) => parameter(one) !== undefined);
  // What is made and cannot be deleted stays behind on a real platform: that is for a person to decide.
  if (below?.operations.delete === undefined || below.operations.delete.needsParameters) return [];
  const id = idOf(post, parameter(below) ?? 'id', follow);
  const body = post.body?.example ?? exampleOf(post.body?.schema, follow);
  if (id === undefined || body === undefined) return [];
  const { get } = below.operations;
  return [
    {
      kind: 'create',
      name: `make-${wordsOf(written)}`,
      path,
      body,
      expect: successOf(post, 'post'),
      id,
      item: `${path}/{id}`,
      reads: get !== undefined && !get.needsParameters,
      deletes: successOf(below.operations.delete, 'delete'),
    },
  ];
}

/** Which field of the answer names what was made; undefined where the document says that none does. */
function idOf(post: Operation, parameter: string, follow: Follower): string | undefined {
  const properties = propertiesOf(post.answer, follow);
  // A list, or a bare text.
  if (properties === undefined && ![undefined, 'object'].includes(typeOf(follow(post.answer))))
    return undefined;
  if (properties === undefined) return 'id';
  return ['id', parameter].find((name) => Object.hasOwn(properties, name));
}

function successOf({ successes }: Operation, method: keyof typeof usual): number | readonly number[] {
  const expected = successes.length > 0 ? successes : usual[method];
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
