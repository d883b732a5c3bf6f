import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import { fromOpenApi } from '../../src/init/from-openapi.ts';
import type { OpenApi } from '../../src/init/openapi.ts';
import { renderPlatform } from '../../src/init/render.ts';

const entry = 'https://shop.example';
const ok = { responses: { 200: {} } };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const named = json({ properties: { id: { type: 'string' } } });
const makes = { responses: { 201: named } };

describe('journeys from an OpenAPI document', () => {
  it('make, see and delete what can be deleted again; list; and leave the rest to a person', () => {
    const { health, journeys, leftOut } = fromOpenApi(
      {
        paths: {
          '/health': { get: ok },
          '/v1/carts': {
            get: ok,
            post: {
              requestBody: json({ $ref: '#/components/schemas/Cart' }),
              responses: { 400: {}, 201: named },
            },
          },
          '/v1/carts/{id}': { get: ok, delete: { responses: { 204: {} } } },
          // Can never be deleted again.
          '/v1/orders': { post: { responses: { 201: {} } } },
          '/v1/search': { get: { parameters: [{ in: 'query', required: true }], ...ok } },
          '/v1/offers': { get: { summary: 'Offers of the day', ...ok } },
        },
        components: {
          schemas: {
            Cart: {
              type: 'object',
              required: ['owner', 'items'],
              properties: {
                owner: { type: 'string', format: 'email' },
                note: { type: 'string' },
                items: { type: 'array', items: { type: 'integer', minimum: 3 } },
              },
            },
          },
        },
      },
      entry,
    );
    expect(health).toEqual([{ path: '/health', status: 200 }]);
    expect(leftOut).toEqual([
      { name: 'POST /v1/orders', why: expect.stringContaining('no way to delete') },
      { name: 'GET /v1/carts', why: expect.stringContaining('a journey makes something') },
      { name: 'GET /v1/search', why: expect.stringContaining('a query') },
    ]);
    expect(journeys).toEqual([
      {
        name: 'make-carts',
        title: 'Make something at /v1/carts, see it, and delete it',
        steps: [
          {
            kind: 'create',
            name: 'make-carts',
            path: '/v1/carts',
            body: { owner: 'ordeal@example.com', items: [3] },
            expect: 201,
            id: 'id',
            item: '/v1/carts/{id}',
            reads: true,
            deletes: 204,
          },
        ],
      },
      {
        name: 'offers',
        title: 'Offers of the day',
        steps: [{ kind: 'get', name: 'offers', path: '/v1/offers', expect: 200 }],
      },
    ]);
  });

  it('leave out what no body is sure of: references that are not followed, circles, and what lies too deep', () => {
    const made = (name: string, post: object) => ({
      [`/${name}`]: { post: { ...makes, ...post } },
      [`/${name}/{id}`]: { put: {}, delete: ok },
    });
    const deep = Array.from({ length: 9 }).reduce<object>(
      (inner) => ({ required: ['a'], properties: { a: inner } }),
      { type: 'string' },
    );
    const { journeys, notFollowed } = fromOpenApi(
      {
        paths: {
          ...made('users', { requestBody: json({ $ref: './schemas.yaml#/User' }) }),
          ...made('teams', { requestBody: { $ref: './bodies.yaml#/Team' } }),
          ...made('bills', { parameters: [{ $ref: 'parameters.yaml#/Bill' }] }),
          ...made('lists', { requestBody: json({ type: 'array', items: { $ref: '#/nowhere' } }) }),
          ...made('deep', { requestBody: json(deep) }),
          '/carts': { $ref: './paths/carts.yaml' },
          ...made('orders', {
            requestBody: json({
              $ref: '#/paths/~1orders~1%7Bid%7D/put/requestBody/content/application~1json/schema',
            }),
          }),
          '/orders/{id}': {
            put: { requestBody: json({ required: ['sku'], properties: { sku: { type: 'string' } } }) },
            delete: ok,
          },
        },
      },
      entry,
    );
    expect(journeys.flatMap(({ steps }) => steps)).toMatchObject([
      { path: '/orders', body: { sku: 'ordeal' } },
    ]);
    expect(notFollowed.toSorted()).toEqual([
      '#/nowhere',
      './bodies.yaml#/Team',
      './paths/carts.yaml',
      './schemas.yaml#/User',
      'parameters.yaml#/Bill',
    ]);
  });

  it('are the first ten, and what is left out is named with the reason', () => {
    const lists = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`/list-${index}`, { get: ok }]),
    );
    const form = { content: { 'application/x-www-form-urlencoded': {} } };
    const node = { required: ['next'], properties: { next: { $ref: '#/components/schemas/Node' } } };
    const { journeys, leftOut } = fromOpenApi(
      {
        paths: {
          ...lists,
          '/login': { post: { requestBody: form, ...makes } },
          '/nodes': { post: { requestBody: json(node), ...makes }, patch: ok },
          '/nodes/{id}': { get: ok, put: ok, delete: ok },
          '/session': { delete: ok },
        },
        components: { schemas: { Node: node } },
      },
      entry,
    );
    expect(journeys).toHaveLength(10);
    const names = Object.groupBy(leftOut, ({ why }) => why);
    expect(
      Object.entries(names).map(([why, ones = []]) => [why, ones.map(({ name }) => name).join(', ')]),
    ).toEqual([
      ['its body is not JSON', 'POST /login'],
      ['of its schema no body can be made that is sure to be taken', 'POST /nodes'],
      [
        'it changes or deletes what no journey here has made',
        'PATCH /nodes, PUT /nodes/{id}, DELETE /session',
      ],
      ['its path needs something that no journey here makes', 'GET /nodes/{id}, DELETE /nodes/{id}'],
      ['no more than the first 10 of 12 journeys are proposed', 'GET /list-10, GET /list-11'],
    ]);
  });

  it('come beside health checks that end in such a word, with the status that is documented', () => {
    const needs = { parameters: [{ in: 'query', name: 'since', required: true }], ...ok };
    const { health, journeys, leftOut } = fromOpenApi(
      {
        paths: {
          '/ping': { get: { responses: { 204: {} } } },
          '/ready': { get: { responses: { 204: {}, 200: {} } } },
          '/live/': { get: { responses: { '2XX': {} } } },
          '/health/history': { get: ok },
          '/healthz': { get: needs },
        },
      },
      entry,
    );
    expect(health).toEqual([
      { path: '/ping', status: 204 },
      { path: '/ready', status: 200 },
      { path: '/live/', status: 200 },
    ]);
    expect(journeys.map(({ name }) => name)).toEqual(['health-history']);
    expect(leftOut.map(({ name }) => name)).toEqual(['GET /healthz']);
  });

  it('come with the schemes by which they have to say who they are', () => {
    const of = (document: object) => fromOpenApi({ paths: {}, ...document } as OpenApi, entry).authorization;
    const carts = { '/carts': { post: makes }, '/carts/{id}': { delete: ok } };
    const [bearer, key] = [{ bearer: [] }, { key: [] }];
    expect(of({ paths: carts })).toEqual([]);
    expect(of({ paths: carts, security: [bearer] })).toEqual(['bearer']);
    expect(of({ paths: carts, security: [bearer, {}] })).toEqual([]);
    expect(of({ paths: { '/offers': { get: { ...ok, security: [] } } }, security: [bearer] })).toEqual([]);
    // What is left out asks nobody.
    const orders = { '/orders': { get: ok, post: { ...makes, security: [key] } } };
    expect(of({ paths: orders })).toEqual([]);
    const kept = { '/carts': carts['/carts'], '/carts/{id}': { delete: { ...ok, security: [key, bearer] } } };
    expect(of({ paths: { ...kept, ...orders }, security: 'none' })).toEqual(['key']);
  });

  it('are none where what is required leads in a circle', () => {
    const node = {
      type: 'object',
      required: ['next'],
      properties: { next: { $ref: '#/components/schemas/Node' } },
    };
    const post = { requestBody: json({ $ref: '#/components/schemas/Node' }), ...makes };
    const { journeys } = fromOpenApi(
      {
        paths: { '/nodes': { post }, '/nodes/{id}': { delete: {} } },
        components: { schemas: { Node: node } },
      },
      entry,
    );
    expect(journeys).toEqual([]);
  });

  /** The first step of each journey that is proposed of a document. */
  const stepsOf = (document: OpenApi, at = entry) =>
    fromOpenApi(document, at).journeys.map(({ steps: [step] }) => step);

  it('go where the first server has them, and else below the address that clients use', () => {
    const paths = { '/health': { get: ok }, '/carts': { get: ok } };
    const where = (document: OpenApi, at?: string) => stepsOf(document, at)[0]?.path;
    const servers = [
      {
        url: 'https://{env}.shop.example/{base}/',
        variables: { env: { default: 'eu' }, base: { default: 'v2' } },
      },
    ];
    expect(where({ servers, paths }, `${entry}/old`)).toBe('/v2/carts');
    expect(where({ servers: [{ url: '/' }], paths }, `${entry}/shop/`)).toBe('/shop/carts');
    expect(where({ paths })).toBe('/carts');
    expect(fromOpenApi({ servers, paths }, entry).health).toMatchObject([{ path: '/v2/health' }]);
  });

  it('go where the nearest servers have them, those of an operation before those of its path', () => {
    const servers = [{ url: 'https://api.shop.example/api/v1' }];
    const root = { servers: [{ url: '/' }] };
    const stage = { servers: [{ url: '/{stage}', variables: { stage: { default: 'beta' } } }] };
    const paths = {
      '/health': { ...root, get: ok },
      '/offers': { ...root, get: { ...stage, ...ok } },
      '/prices': { servers: [], get: ok },
      '/carts': { post: makes },
      // What is seen and what is deleted are not the same here.
      '/carts/{id}': { ...stage, get: { ...root, ...ok }, delete: ok },
    };
    expect(fromOpenApi({ servers, paths }, `${entry}/api/v1`)).toMatchObject({
      health: [{ path: '/health' }],
    });
    expect(stepsOf({ servers, paths })).toMatchObject([
      { path: '/api/v1/carts', item: '/beta/carts/{id}', reads: false },
      { path: '/beta/offers' },
      { path: '/api/v1/prices' },
    ]);
    // Nothing says that it is anywhere but where clients reach the platform.
    expect(fromOpenApi({ paths }, `${entry}/shop`).health).toMatchObject([{ path: '/shop/health' }]);
  });

  it('leave out what another host has, and say so', () => {
    const other = {
      servers: [{ url: 'https://{host}/v2', variables: { host: { default: 'other.example' } } }],
    };
    const both = { servers: [...other.servers, { url: 'https://api.shop.example/v3' }] };
    const at = (url: string) => ({ servers: [{ url }] });
    const document = {
      ...at('https://api.shop.example/v1'),
      paths: {
        '/health': { ...other, get: ok },
        '/files': { get: { ...other, ...ok } },
        '/carts': { post: makes },
        '/carts/{id}': { delete: { ...at('https://no body/'), ...ok } },
        '/offers': { get: { ...both, ...ok } },
        '/prices': { get: { ...at('https://shop.example/v4'), ...ok } },
      },
    };
    const { health, leftOut } = fromOpenApi(document, entry);
    expect(health).toEqual([]);
    expect(stepsOf(document)).toMatchObject([{ path: '/v3/offers' }, { path: '/v4/prices' }]);
    expect(leftOut.filter(({ why }) => why.includes('another host')).map(({ name }) => name)).toEqual([
      'GET /health (other.example)',
      'GET /files (other.example)',
      'DELETE /carts/{id} (https://no body/)',
    ]);
  });

  it('follow references, and leave alone what needs more than a path', () => {
    const components = {
      parameters: { Tenant: { in: 'header', name: 'x-tenant', required: true } },
      requestBodies: {
        Cart: { content: { 'application/json': { examples: { one: { value: { a: 1 } } } } } },
      },
      responses: { Made: { content: { 'application/json': { schema: { properties: { cartId: {} } } } } } },
    };
    const paths = {
      '/by-tenant': { get: { parameters: [{ $ref: '#/components/parameters/Tenant' }], ...ok } },
      '/by-query': { parameters: [{ in: 'query', name: 'q', required: true }], get: ok },
      '/carts': {
        post: {
          requestBody: { $ref: '#/components/requestBodies/Cart' },
          responses: {
            200: { $ref: '#/components/responses/Made' },
            201: { $ref: '#/components/responses/Made' },
            default: {},
          },
        },
      },
      '/carts/{cartId}': { delete: { responses: { '2XX': {} } } },
    };
    expect(stepsOf({ components, paths })).toEqual([
      expect.objectContaining({
        path: '/carts',
        body: { a: 1 },
        expect: [200, 201],
        id: 'cartId',
        deletes: [200, 202, 204],
      }),
    ]);
  });

  /** What comes of a way to make things, each of which can be deleted. */
  const makingOf = (responses: object, item = '/jobs/{jobId}') =>
    fromOpenApi({ paths: { '/jobs': { post: { responses } }, [item]: { delete: ok } } }, entry);

  it.each<[string, object]>([
    ['has no success', { default: named }],
    ['has no answer', { 201: { headers: { Location: {} } } }],
    ['has none of JSON', { 201: { content: { 'text/plain': { schema: { type: 'string' } } } } }],
    ['has one without a schema', { 201: { content: { 'application/json': {} } } }],
    ['has an object without fields', { 201: json({ type: 'object' }) }],
    ['wraps it', { 201: json({ properties: { data: {} } }) }],
    ['lists it', { 201: json({ type: 'array', items: { properties: { id: {} } } }) }],
    ['has an id of parts', { 201: json({ properties: { id: { type: 'object' } } }) }],
    ['names it in some successes alone', { 200: named, 202: {} }],
    ['names it below a range of them alone', { 201: named, '2XX': {} }],
  ])('make nothing that would stay behind, and say so: the document %s', (_what, responses) => {
    const { journeys, leftOut } = makingOf(responses);
    expect(journeys).toEqual([]);
    expect(leftOut).toContainEqual({ name: 'POST /jobs', why: expect.stringContaining('stay behind') });
  });

  it('make what a range of successes names', () => {
    const job = json({ properties: { jobId: { type: 'string' } } });
    const of = (responses: object) => {
      const { journeys, leftOut } = makingOf(responses);
      expect(leftOut).toEqual([]);
      return journeys[0]?.steps[0];
    };
    expect(of({ '2XX': job, default: {} })).toMatchObject({ id: 'jobId', expect: [200, 201, 202] });
    expect(of({ 206: job, '2XX': job })).toMatchObject({ id: 'jobId', expect: [200, 201, 202, 206] });
    // By which it is deleted comes first.
    const both = json({ properties: { id: { type: 'integer' }, jobId: { type: 'string' } } });
    expect(of({ 201: both })).toMatchObject({ id: 'jobId' });
    expect(of({ 202: job, '4XX': {} })).toMatchObject({ id: 'jobId', expect: 202 });
  });

  it('make nothing with a body that is not taken', () => {
    const gone = { delete: { responses: { 204: {} } } };
    const string = (more: object) => ({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', ...more } },
    });
    expect(
      stepsOf({
        paths: {
          '/uploads': { post: { requestBody: { content: { 'multipart/form-data': {} } }, ...makes } },
          '/uploads/{id}': gone,
          '/coded': { post: { requestBody: json(string({ pattern: '^[A-Z]{3}$' })), ...makes } },
          '/coded/{id}': gone,
          '/many': { post: { requestBody: json({ type: 'array', minItems: 2 ** 32 }), ...makes } },
          '/many/{id}': gone,
          '/unlike': {
            post: { requestBody: json({ type: 'array', minItems: 2, uniqueItems: true }), ...makes },
          },
          '/unlike/{id}': gone,
          '/below': {
            post: { requestBody: json({ type: 'number', minimum: 1, exclusiveMaximum: 1 }), ...makes },
          },
          '/below/{id}': gone,
        },
      }),
    ).toEqual([]);
  });

  it('are there at once, however many variants are made of what they are variants of', () => {
    const names = Array.from({ length: 500 }, (_, index) => `Pet${index}`);
    const at = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const schemas = {
      Pet: { required: ['name'], properties: { name: { type: 'string' } }, oneOf: names.map(at) },
      ...Object.fromEntries(names.map((name) => [name, { allOf: [at('Pet'), { properties: { id: {} } }] }])),
    };
    const pet = { content: { 'application/json': { schema: at('Pet') } } };
    const post = { requestBody: pet, responses: { 201: pet } };
    const paths = { '/pets': { post }, '/pets/{id}': { delete: ok } };
    expect(stepsOf({ paths, components: { schemas } })).toMatchObject([
      { body: { name: 'ordeal' }, id: 'id' },
    ]);
  });

  it('send what a schema takes', () => {
    const bodyOf = (schema: object) => {
      const post = { requestBody: json(schema), ...makes };
      const [step] = stepsOf({ paths: { '/x': { post }, '/x/{id}': { delete: ok } } });
      return step?.kind === 'create' ? step.body : undefined;
    };
    const required = (properties: Record<string, object>) => ({
      required: Object.keys(properties),
      properties,
    });
    expect(
      bodyOf(
        required({
          id: { type: 'string', readOnly: true },
          kind: { const: 'cart' },
          code: { type: 'string', maxLength: 3 },
          note: { type: ['null', 'string'] },
          share: { type: 'number', maximum: 0.5 },
          size: { type: 'integer', exclusiveMinimum: 4 },
          lines: { type: 'array', minItems: 2, items: { type: 'boolean' } },
          dozen: { type: 'integer', multipleOf: 12 },
          half: { type: 'integer', minimum: 0.5 },
          from: { type: 'string', format: 'ipv4' },
          owner: {
            required: ['name'],
            allOf: [{ properties: { name: { type: 'string' }, age: { type: 'integer' } } }],
          },
          pay: { oneOf: [required({ card: { type: 'string', example: '4' } }), { type: 'null' }] },
        }),
      ),
    ).toEqual({
      kind: 'cart',
      code: 'ord',
      note: 'ordeal',
      share: 0.5,
      size: 5,
      lines: [true, true],
      dozen: 12,
      half: 1,
      from: '192.0.2.1',
      owner: { name: 'ordeal' },
      pay: { card: '4' },
    });
  });

  it('have each a file of its own, which can be read', () => {
    const { journeys } = fromOpenApi(
      {
        paths: {
          '/v1/users': { get: { summary: "One's\r\nusers", ...ok } },
          '/v2/users': { get: { summary: '', ...ok } },
        },
      },
      entry,
    );
    expect(journeys.map(({ name, title }) => [name, title])).toEqual([
      ['users', "One's\r\nusers"],
      ['users-2', 'Get /v2/users'],
    ]);
    const files = renderPlatform({
      name: 'shop',
      entry,
      health: [{ path: '/health', status: 200 }],
      journeys,
      authorization: ["bear'er", 'key\n*/'],
      telemetry: undefined,
    });
    expect(files['platform.ts']).toContain(
      "// The OpenAPI document asks for 'bear\\'er, key */': without it",
    );
    expect(Object.keys(files)).toHaveLength(4);
    for (const text of Object.values(files)) expect(() => stripTypeScriptTypes(text)).not.toThrow();
  });

  it.each<[string, object]>([
    ['no path item', { '/x': null }],
    ['text as a path item', { '/x': 'y' }],
    ['no operation', { '/x': { get: null } }],
    ['parameters that are none', { '/x': { get: { parameters: null, responses: null, summary: 404 } } }],
    ['a reference to itself', { '/x': { $ref: '#/paths/~1x' } }],
    [
      'required as it was in drafts',
      {
        '/x': {
          post: {
            requestBody: { content: { 'application/json': { schema: { required: true, allOf: {} } } } },
          },
        },
        '/x/{id}': { delete: {} },
      },
    ],
  ])('come of what is left where the document has %s', (_what, broken) => {
    const paths = { ...broken, '/carts': { get: ok } };
    expect(stepsOf({ paths })).toContainEqual(expect.objectContaining({ path: '/carts' }));
  });
});
