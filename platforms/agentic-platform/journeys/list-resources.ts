import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'list-resources',
  title: 'List the resources of a tenant',
  async run(context) {
    const answer = await context.request('list resources', { path: '/v1/resources' });
    const documents = answer.json<{ documents?: { count?: number } }>()?.documents;
    await context.check('the handbook is among them', (documents?.count ?? 0) > 0);
  },
});
