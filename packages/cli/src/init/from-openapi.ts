import type { ProposedJourney, ProposedStep } from './proposal.ts';
import { exampleOf, type Schema } from './example.ts';

/** More journeys than these are no critical flows any more. */
const MOST = 10;

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly required?: boolean; readonly in?: string }[];
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;
  };
  readonly responses?: Readonly<Record<string, unknown>>;
}

type PathItem = Readonly<Record<string, Operation | undefined>>;

/** The part of an OpenAPI 3 document that journeys are proposed from. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** Health checks, and what clients can do without knowing more than the document: make, read, delete; list. */
export function fromOpenApi(document: OpenApi): {
  readonly health: readonly string[];
  readonly journeys: readonly ProposedJourney[];
} {
  const paths = Object.entries(document.paths);
  const isHealth = (path: string) => /\/(health|healthz|live|livez|ready|readyz|ping)(\/|$)/i.test(path);
  const health = paths.flatMap(([path, item]) =>
    isHealth(path) && item['get'] !== undefined && !path.includes('{') ? [path] : [],
  );
  const made = paths.flatMap(([path, item]) => createSteps(document, path, item));
  const collections = new Set(made.map(({ path }) => path));
  const lists = paths.flatMap(([path, item]) => {
    const get = item['get'];
    if (get === undefined || path.includes('{') || isHealth(path) || collections.has(path)) return [];
    if (needsParameters(get)) return [];
    const name = wordsOf(path);
    return [{ name, title: get.summary ?? `Get ${path}`, steps: [getStep(name, path, get)] }];
  });
  const journeys = [
    ...made.map((step) => ({
      name: step.name,
      title: `Make something at ${step.path}, ${step.reads ? 'see it, ' : ''}and ${step.deletes === undefined ? 'leave it' : 'delete it'}`,
      steps: [step],
    })),
    ...lists,
  ];
  return { health, journeys: journeys.slice(0, MOST) };
}

function createSteps(
  document: OpenApi,
  path: string,
  item: PathItem,
): readonly Extract<ProposedStep, { kind: 'create' }>[] {
  const post = item['post'];
  if (post === undefined || path.includes('{') || needsParameters(post)) return [];
  const below = Object.entries(document.paths).find(
    ([other]) => other.startsWith(`${path}/{`) && /^\/\{[^/{}]+\}$/.test(other.slice(path.length)),
  );
  // What is made and cannot be deleted stays behind on a real platform: that is for a person to decide.
  if (below?.[1]['delete'] === undefined) return [];
  const json = post.requestBody?.content?.['application/json'];
  return [
    {
      kind: 'create',
      name: `make-${wordsOf(path)}`,
      path,
      body: json?.example ?? exampleOf(json?.schema, document.components?.schemas ?? {}),
      expect: successOf(post, 201),
      item: `${path}/{id}`,
      reads: below[1]['get'] !== undefined,
      deletes: successOf(below[1]['delete'], 204),
    },
  ];
}

function getStep(name: string, path: string, get: Operation): ProposedStep {
  return { kind: 'get', name, path, expect: successOf(get, 200) };
}

function needsParameters({ parameters = [] }: Operation): boolean {
  return parameters.some(({ required, in: where }) => required === true && where !== 'path');
}

/** The first success that is documented. */
function successOf({ responses = {} }: Operation, usual: number): number {
  const documented = Object.keys(responses)
    .map(Number)
    .filter((status) => status >= 200 && status < 300);
  return documented.toSorted((one, other) => one - other)[0] ?? usual;
}

function wordsOf(path: string): string {
  const words = path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^v\d+$/.test(word));
  return words.filter((word) => word !== 'api').join('-') || 'root';
}
