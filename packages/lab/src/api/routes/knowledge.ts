import type { FastifyInstance } from 'fastify';
import { resourcesKey, type App } from '../app.ts';
import { search } from '../search.ts';
import { longText, shortText } from './schemas.ts';
import { ofTenant, tenantOf } from './tenant-scope.ts';

interface NewDocumentBody {
  readonly collection: string;
  readonly title: string;
  readonly body: string;
}

/** A knowledge base below `path`: documents in collections, with full-text search. */
export function knowledgeRoutes(
  server: FastifyInstance,
  { store, cache, documents, sabotage }: App,
  path: string,
): void {
  const whose = ofTenant(sabotage);
  server.post<{ Body: NewDocumentBody }>(
    `${path}/documents`,
    {
      schema: {
        body: {
          type: 'object',
          properties: { collection: shortText, title: shortText, body: longText },
          required: ['collection', 'title', 'body'],
        },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { collection, title, body } = request.body;
      const id = await documents.write({ tenant, collection, title, body });
      await cache.forget(resourcesKey(tenant));
      return reply.code(201).send({ id, collection, title });
    },
  );

  server.get<{ Querystring: { collection: string; after: string; limit: number } }>(
    `${path}/documents`,
    {
      schema: {
        querystring: {
          type: 'object',
          properties: {
            collection: shortText,
            // A client may send the first page's cursor as an empty string.
            after: { type: 'string', pattern: '^[0-9]{0,18}$', default: '0' },
            limit: { type: 'integer', minimum: 1, maximum: 5_000, default: 1_000 },
          },
          required: ['collection'],
        },
      },
    },
    async (request) => {
      const { collection, after, limit } = request.query;
      const items = await store.read<{ id: string }>({
        name: 'documents-page',
        text: `SELECT id, title, body FROM documents
          WHERE ${whose} AND collection = $2 AND id > $3 ORDER BY id LIMIT $4`,
        values: [tenantOf(request), collection, after === '' ? '0' : after, limit],
      });
      return { items, next: items.length < limit ? null : items.at(-1)!.id };
    },
  );

  server.get<{ Querystring: { q: string; collection?: string } }>(
    `${path}/search`,
    {
      schema: {
        querystring: {
          type: 'object',
          properties: { q: shortText, collection: shortText },
          required: ['q'],
        },
      },
    },
    async (request) => ({
      items: await search(store, tenantOf(request), request.query.q, request.query.collection, 10, whose),
    }),
  );

  server.delete<{ Params: { name: string } }>(`${path}/collections/:name`, async (request) => {
    const tenant = tenantOf(request);
    const { name } = request.params;
    documents.forget((document) => document.tenant === tenant && document.collection === name);
    const { rowCount } = await store.write({
      name: 'documents-delete-collection',
      text: `DELETE FROM documents WHERE ${whose} AND collection = $2`,
      values: [tenant, name],
    });
    await cache.forget(resourcesKey(tenant));
    return { deleted: rowCount ?? 0 };
  });
}
