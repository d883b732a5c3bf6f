import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'chat',
  title: 'Ask the agent, see the answer again, and delete it',
  async run(context) {
    const asked = await context.request('ask', {
      method: 'POST',
      path: '/api/chat',
      json: { message: 'regional failover', run: context.run },
      expect: 201,
    });
    const id = asked.json<{ id: string }>()?.id;
    await context.check('what was made has an id', id !== undefined);
    if (id === undefined) return;
    const seen = await context.request('see it again', { path: `/api/chat/${id}` });
    const source = seen.json<{ output?: { source: string | null } }>()?.output?.source;
    await context.check('the answer has a source', source === 'Regional failover');
    await context.request('delete', { method: 'DELETE', path: `/api/chat/${id}`, expect: 204 });
  },
});
