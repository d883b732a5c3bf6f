import type { FastifyInstance } from 'fastify';
import type { App } from '../app.ts';
import { notFound } from '../http-errors.ts';
import { idParams } from './schemas.ts';
import { tenantOf } from './tenant-scope.ts';

/** Work that clients ask for: what they gave, and what came of it. `run` is the run that asked, if it said so. */
export const workSchema = `
CREATE TABLE work (
  tenant_id text NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  run text NOT NULL,
  input jsonb NOT NULL,
  output jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX work_newest ON work (tenant_id, kind, created_at DESC);
CREATE INDEX work_run ON work (tenant_id, run);
GRANT SELECT, INSERT, DELETE ON work TO platform;
`;

/** One kind of work. */
export interface WorkKind<Input extends { readonly run: string }> {
  /** Where it is asked for, and found again: `/api/research`. */
  readonly path: string;
  readonly kind: string;
  /** JSON schema of the request's body, with `run`. */
  readonly body: object;
  carryOut(input: Input, tenant: string, app: App): Promise<unknown>;
}

const columns = 'id, kind, input, output, created_at AS "createdAt"';

/** Asks for work (201), lists the newest, shows and deletes one. */
export function workRoutes<Input extends { readonly run: string }>(
  server: FastifyInstance,
  app: App,
  { path, kind, body, carryOut }: WorkKind<Input>,
): void {
  const { store } = app;
  server.post(path, { schema: { body } }, async (request, reply) => {
    const tenant = tenantOf(request);
    const input = request.body as Input;
    const output = await carryOut(input, tenant, app);
    const { rows } = await store.write({
      name: 'work-insert',
      text: `INSERT INTO work (tenant_id, kind, run, input, output) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
      values: [tenant, kind, input.run, JSON.stringify(input), JSON.stringify(output)],
    });
    return reply.code(201).send({ ...rows[0], status: 'completed' });
  });

  server.get(path, async (request) => ({
    items: await store.read({
      name: 'work-list',
      text: `SELECT ${columns} FROM work WHERE tenant_id = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 20`,
      values: [tenantOf(request), kind],
    }),
  }));

  const one = { schema: { params: idParams } };
  server.get<{ Params: { id: string } }>(`${path}/:id`, one, async (request, reply) => {
    const [work] = await store.read({
      name: 'work-find',
      text: `SELECT ${columns} FROM work WHERE tenant_id = $1 AND kind = $2 AND id = $3`,
      values: [tenantOf(request), kind, request.params.id],
    });
    return work === undefined ? notFound(reply, kind) : { ...work, status: 'completed' };
  });

  server.delete<{ Params: { id: string } }>(`${path}/:id`, one, async (request, reply) => {
    const { rowCount } = await store.write({
      name: 'work-delete',
      text: 'DELETE FROM work WHERE tenant_id = $1 AND kind = $2 AND id = $3',
      values: [tenantOf(request), kind, request.params.id],
    });
    return rowCount === 0 ? notFound(reply, kind) : reply.code(204).send();
  });
}
