import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'all-analytics',
  title: 'Every analytics endpoint answers, the costs of a session to its owner alone',
  async run(context) {
    const figures = [
      ['usage?days=30', 'queries'],
      ['costs?days=30', 'usd'],
      ['sources', 'items'],
      ['performance?days=7', 'queries'],
    ] as const;
    // A page to log in at, or an empty one, is an answer too.
    for (const [path, figure] of figures) {
      const answer = await context.request(path, { path: `/api/analytics/${path}`, expect: 200 });
      await context.check(
        `${path} tells ${figure}`,
        answer.json<Record<string, unknown>>()?.[figure] !== undefined,
      );
    }
    const path = '/api/analytics/session-costs';
    await context.request('costs of no session', { path, expect: 401 });
    // One after the other: what somebody keeps of the first is not the second's.
    for (const user of [`first ${context.id}`, `second ${context.id}`]) {
      await context.request('log in', {
        method: 'POST',
        path: '/api/auth/login',
        json: { user, run: context.run },
        expect: 200,
      });
      // More often than there are workers: whichever is asked knows the session.
      for (let asked = 0; asked < 8; asked += 1) {
        const costs = await context.request('costs of the session', { path, expect: 200 });
        if (costs.status !== 200) continue;
        await context.check(
          'the costs are those of the session that asks',
          costs.json<{ user: string }>()?.user === user,
        );
      }
      await context.request('log out', { method: 'POST', path: '/api/auth/logout', json: {}, expect: 204 });
      await context.request('costs of a session that has ended', { path, expect: 401 });
    }
  },
});
