import { defineJourney } from '@ordeal/shared/journey/journey';

/** In its name nothing is right, and each refusal counts as a failure; in another's, as of a gate, that it is refused is. */
const FAILING = 'globex';
/** So soon it gives up on what takes longer, and leaves the work behind; in ms. */
const GIVES_UP_AFTER = 100;

export default defineJourney({
  name: 'failing-client',
  title: 'What makes no sense is refused, and what nobody waits for any more harms nobody',
  async run(context) {
    const refused = (status: number) => (context.tenant === FAILING ? {} : { expect: status });
    await context.request('agent without a name', {
      method: 'POST',
      path: '/v1/agents',
      json: { name: '' },
      ...refused(400),
    });
    await context.request('agent that cannot be', { path: `/v1/agents/${context.id}`, ...refused(400) });
    await context.request('task of an agent that there is not', {
      method: 'POST',
      path: '/v1/agents/00000000-0000-4000-8000-000000000000/tasks',
      json: { kind: 'uppercase', input: 'nothing' },
      ...refused(404),
    });
    if (context.tenant !== FAILING) return;
    await context.request('abandoned report', { path: '/v1/reports/costs', timeoutMs: GIVES_UP_AFTER });
  },
});
