import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'cost-report',
  title: 'A cost report of a tenant is of nobody else',
  async run(context) {
    const report = await context.request('cost report', { path: '/v1/reports/costs' });
    if (report.status !== 200) return;
    await context.check(
      'the report is of the tenant that asked',
      report.json<{ tenant: string }>()?.tenant === context.tenant,
    );
  },
});
