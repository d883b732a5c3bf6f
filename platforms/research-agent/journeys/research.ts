import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'research',
  title: 'Ask a research question, see its report, and delete it',
  async run(context) {
    const asked = await context.request('ask', {
      method: 'POST',
      path: '/api/research',
      json: { question: 'regional failover', run: context.run },
      expect: 201,
    });
    const id = asked.json<{ id: string }>()?.id;
    await context.check('what was made has an id', id !== undefined);
    if (id === undefined) return;
    const report = await context.request('report', { path: `/api/research/${id}/report` });
    await context.check('the report has its papers', (report.json<{ papers: number }>()?.papers ?? 0) > 0);
    await context.request('delete', { method: 'DELETE', path: `/api/research/${id}`, expect: 204 });
  },
});
