import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'live-research',
  title: 'Follow research on a WebSocket, which stays open',
  async run(context) {
    await context.request('log in', {
      method: 'POST',
      path: '/api/auth/login',
      json: { user: 'ordeal', run: context.run },
    });
    const socket = await context.socket('connect', { path: '/ws' });
    await socket.expect('ready', { match: (text) => text.includes('"ready"') });
    await socket.send({ query: 'regional failover' });
    await socket.expect('progress', { match: (text) => text.includes('"progress"') });
    await socket.expect('result', { match: (text) => text.includes('"result"') });
    await context.check('the socket is still open', socket.open);
    await socket.close();
    await context.request('log out', { method: 'POST', path: '/api/auth/logout', json: {}, expect: 204 });
  },
});
