import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'search-market',
  title: 'Search what is known of the market',
  async run(context) {
    const answer = await context.request('search market', { path: '/api/market/search?q=failover' });
    const items = answer.json<{ items: unknown[] }>()?.items;
    await context.check('the search finds something', (items?.length ?? 0) > 0);
  },
});
