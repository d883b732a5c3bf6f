import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'plan-campaign',
  title: 'Have a campaign planned, see it, and delete it',
  async run(context) {
    const planned = await context.request('plan campaign', {
      method: 'POST',
      path: '/api/campaigns',
      json: { name: `campaign ${context.id}`, brief: 'regional failover', run: context.run },
      expect: 201,
    });
    const id = planned.json<{ id: string }>()?.id;
    await context.check('what was made has an id', id !== undefined);
    if (id === undefined) return;
    const seen = await context.request('get campaign', { path: `/api/campaigns/${id}` });
    const output = seen.json<{ output?: { researcher?: unknown[] } }>()?.output;
    await context.check('its agents have found sources', (output?.researcher?.length ?? 0) > 0);
    await context.request('delete campaign', { method: 'DELETE', path: `/api/campaigns/${id}`, expect: 204 });
  },
});
