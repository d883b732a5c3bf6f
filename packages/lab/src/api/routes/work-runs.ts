import type { FastifyInstance } from 'fastify';
import type { App } from '../app.ts';
import { shortText } from './schemas.ts';
import { tenantOf } from './tenant-scope.ts';

const params = { type: 'object', properties: { run: { ...shortText, minLength: 4 } }, required: ['run'] };

/** Documents of collections that begin with the run's id: a range, so that the index serves it. */
const OF_RUN = `tenant_id = $1 AND collection >= $2 AND collection < $2 || U&'\\+10FFFF'`;

/** What a run has left, below `path`: the work that it asked for, its collections, and rows of `others` with a `run`. */
export function workRunRoutes(
  server: FastifyInstance,
  { store, documents }: App,
  path: string,
  others: readonly string[] = [],
): void {
  const tables = ['work', ...others];
  server.get<{ Params: { run: string } }>(`${path}/:run`, { schema: { params } }, async (request) => {
    const [row] = await store.read<{ left: number }>({
      name: 'work-runs-left',
      text: `SELECT ((SELECT count(*) FROM documents WHERE ${OF_RUN})
        ${tables.map((table) => `+ (SELECT count(*) FROM ${table} WHERE tenant_id = $1 AND run = $2)`).join(' ')})::int AS left`,
      values: [tenantOf(request), request.params.run],
    });
    return { left: row!.left };
  });

  server.delete<{ Params: { run: string } }>(`${path}/:run`, { schema: { params } }, async (request) => {
    const tenant = tenantOf(request);
    const { run } = request.params;
    documents.forget((document) => document.tenant === tenant && document.collection.startsWith(run));
    const gone = tables.map(
      (table) => `gone_${table} AS (DELETE FROM ${table} WHERE tenant_id = $1 AND run = $2 RETURNING 1)`,
    );
    const { rows } = await store.write<{ deleted: number }>({
      name: 'work-runs-delete',
      text: `WITH ${gone.join(', ')}, gone_documents AS (DELETE FROM documents WHERE ${OF_RUN} RETURNING 1)
        SELECT ((SELECT count(*) FROM gone_documents)
        ${tables.map((table) => `+ (SELECT count(*) FROM gone_${table})`).join(' ')})::int AS deleted`,
      values: [tenant, run],
    });
    return { deleted: rows[0]!.deleted };
  });
}
