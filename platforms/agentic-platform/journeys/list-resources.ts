import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'list-resources',
  title: 'List the resources of a tenant',
  async run(context) {
    const answer = await context.request('list resources', { path: '/v1/resources' });
    const tenant = answer.json<{ tenant: string }>()?.tenant;
    await context.check("they are the tenant's own", tenant === context.tenant);
  },
});
