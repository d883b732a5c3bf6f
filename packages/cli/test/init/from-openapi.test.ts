import { describe, expect, it } from 'vitest';
import { fromOpenApi } from '../../src/init/from-openapi.ts';

const ok = { responses: { 200: {} } };

describe('journeys from an OpenAPI document', () => {
  it('make, see and delete what can be deleted again; list; and leave the rest to a person', () => {
    const { health, journeys } = fromOpenApi({
      paths: {
        '/health': { get: ok },
        '/v1/carts': {
          get: ok,
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Cart' } } },
            },
            responses: { 400: {}, 201: {} },
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
    });
    expect(health).toEqual(['/health']);
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

  it('end where references lead in a circle', () => {
    const node = {
      type: 'object',
      required: ['next'],
      properties: { next: { $ref: '#/components/schemas/Node' } },
    };
    const post = {
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } } },
    };
    const { journeys } = fromOpenApi({
      paths: { '/nodes': { post }, '/nodes/{id}': { delete: {} } },
      components: { schemas: { Node: node } },
    });
    expect(JSON.stringify(journeys[0]?.steps)).toContain('"next":{"next"');
  });
});
