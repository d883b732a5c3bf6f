import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'analytics',
  title: 'See usage and performance',
  async run(context) {
    const usage = await context.request('usage', { path: '/api/analytics/usage?days=30', expect: 200 });
    await context.check(
      'queries are counted',
      typeof usage.json<{ queries: number }>()?.queries === 'number',
    );
    await context.request('performance', { path: '/api/analytics/performance?days=7', expect: 200 });
  },
});
