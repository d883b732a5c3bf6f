import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'find-papers',
  title: 'Find papers',
  async run(context) {
    const answer = await context.request('search papers', { path: '/api/papers/search?q=failover' });
    const items = answer.json<{ items: unknown[] }>()?.items;
    await context.check('the search finds something', (items?.length ?? 0) > 0);
  },
});
