import { defineJourney } from '@ordeal/shared/journey/journey';

/** A tenant of the platform's that is nobody of this run's. */
const OTHER = 'globex';

export default defineJourney({
  name: 'tenant-isolation',
  title: 'What one tenant makes, no other can read or delete',
  async run(context) {
    const created = await context.request('create agent', {
      method: 'POST',
      path: '/v1/agents',
      json: { name: `private ${context.id}`, labels: { run: context.run } },
      expect: 201,
    });
    const id = created.json<{ id: string }>()?.id;
    if (id === undefined) return;
    const headers = { 'x-tenant-id': OTHER };
    await context.request('read as another tenant', { path: `/v1/agents/${id}`, headers, expect: 404 });
    await context.request('delete as another tenant', {
      method: 'DELETE',
      path: `/v1/agents/${id}`,
      headers,
      expect: 404,
    });
    await context.request('it is still there', { path: `/v1/agents/${id}` });
    await context.request('delete agent', { method: 'DELETE', path: `/v1/agents/${id}`, expect: 204 });
  },
});
