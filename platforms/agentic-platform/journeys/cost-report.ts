import { defineJourney } from '@ordeal/shared/journey/journey';

/** In whose name runs make agents. */
const BUSY = 'ordeal';

export default defineJourney({
  name: 'cost-report',
  title: 'A cost report of a tenant is of nobody else',
  async run(context) {
    const report = await context.request('cost report', { path: '/v1/reports/costs', expect: 200 });
    if (report.status !== 200) return;
    const { tenant, used } = report.json<{ tenant: string; used: { agents: number } }>() ?? {};
    // Whoever makes no agents has none: those that it is told of are another's.
    await context.check(
      'the report is of the tenant that asked',
      tenant === context.tenant && (context.tenant === BUSY || used?.agents === 0),
    );
  },
});
