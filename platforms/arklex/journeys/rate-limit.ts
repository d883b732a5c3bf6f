import { defineJourney } from '@ordeal/shared/journey/journey';

/** Requests that a client may send in a minute. */
const LIMIT = 100;
/** Workers of a region count together, and each of the lab's two regions by itself. */
const COUNTERS = 2;

export default defineJourney({
  name: 'rate-limit',
  title: 'A client that sends too much is refused with 429, not sooner than promised, and nobody else is',
  async run(context) {
    const ask = (name: string, client: string, expect: readonly number[]) =>
      context.request(name, { path: '/api/chat', headers: { 'x-forwarded-for': client }, expect });
    let admitted = 0;
    let refusal;
    while (refusal === undefined && admitted <= LIMIT * COUNTERS) {
      const answer = await ask('ask again', `greedy ${context.id}`, [200, 429]);
      if (answer.status === 429) refusal = answer;
      else if (answer.status === 200) admitted += 1;
      else return;
    }
    await context.check(`${LIMIT} requests are admitted (${admitted} were)`, admitted >= LIMIT);
    await context.check(`after ${LIMIT * COUNTERS} at the latest it is refused`, refusal !== undefined);
    const wait = Number(refusal?.headers['retry-after'] ?? 0);
    await context.check('the refusal says when to come back, within the minute', wait > 0 && wait <= 60);
    await ask('ask as another client', `modest ${context.id}`, [200]);
    // Of what it was forwarded for the first counts: behind whomever it comes, it is the same client.
    const behind = await ask('ask behind another proxy', `greedy ${context.id}, 203.0.113.7`, [200, 429]);
    const left = Number(behind.headers['x-ratelimit-remaining']);
    await context.check('behind another proxy it is the same client', left < LIMIT - 1);
  },
});
