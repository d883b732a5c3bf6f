import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'all-analytics',
  title: 'Every analytics endpoint answers, the costs of a session to its owner alone',
  async run(context) {
    for (const path of ['usage?days=30', 'costs?days=30', 'sources', 'performance?days=7']) {
      await context.request(path, { path: `/api/analytics/${path}` });
    }
    await context.request('costs of no session', { path: '/api/analytics/session-costs', expect: 401 });
    await context.request('log in', {
      method: 'POST',
      path: '/api/auth/login',
      json: { user: 'ordeal', run: context.run },
    });
    // More often than there are workers: whichever is asked knows the session.
    for (let asked = 0; asked < 8; asked += 1) {
      await context.request('costs of the session', { path: '/api/analytics/session-costs' });
    }
    await context.request('log out', { method: 'POST', path: '/api/auth/logout', json: {}, expect: 204 });
  },
});
