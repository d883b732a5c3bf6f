import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'search-knowledge',
  title: 'Search the knowledge base',
  async run(context) {
    const answer = await context.request('search', { path: '/api/knowledge/search?q=failover' });
    const items = answer.json<{ items: unknown[] }>()?.items;
    await context.check('the search finds something', (items?.length ?? 0) > 0);
  },
});
