import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'research',
  title: 'Log in, have something researched, see it again, and log out',
  async run(context) {
    await context.request('log in', {
      method: 'POST',
      path: '/api/auth/login',
      json: { user: 'ordeal', run: context.run },
    });
    const asked = await context.request('research', {
      method: 'POST',
      path: '/api/research',
      json: { query: 'regional failover', run: context.run },
      expect: 201,
    });
    const id = asked.json<{ id: string }>()?.id;
    await context.check('what was made has an id', id !== undefined);
    if (id === undefined) return;
    const seen = await context.request('see it again', { path: `/api/research/${id}` });
    const papers = seen.json<{ output?: { papers: unknown[] } }>()?.output?.papers;
    await context.check('it has papers', (papers?.length ?? 0) > 0);
    await context.request('delete it', { method: 'DELETE', path: `/api/research/${id}`, expect: 204 });
    await context.request('log out', { method: 'POST', path: '/api/auth/logout', json: {}, expect: 204 });
  },
});
