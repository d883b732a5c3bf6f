import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'create-agent',
  title: 'Create an agent, see it, and delete it',
  async run(context) {
    const created = await context.request('create agent', {
      method: 'POST',
      path: '/v1/agents',
      json: { name: `agent ${context.id}`, instructions: 'Answer briefly.', labels: { run: context.run } },
      expect: 201,
    });
    const id = created.json<{ id: string }>()?.id;
    await context.check('what was made has an id', id !== undefined);
    if (id === undefined) return;
    const seen = await context.request('get agent', { path: `/v1/agents/${id}` });
    await context.check(
      'the agent has its name',
      seen.json<{ name: string }>()?.name === `agent ${context.id}`,
    );
    await context.request('delete agent', { method: 'DELETE', path: `/v1/agents/${id}`, expect: 204 });
  },
});
