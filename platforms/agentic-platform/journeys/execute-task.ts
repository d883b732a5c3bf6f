import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: 'execute-task',
  title: 'Execute a simple task with a new agent',
  async run(context) {
    const created = await context.request('create agent', {
      method: 'POST',
      path: '/v1/agents',
      json: { name: `worker ${context.id}`, instructions: 'Count words.', labels: { run: context.run } },
      expect: 201,
    });
    const agent = created.json<{ id: string }>()?.id;
    await context.check('what was made has an id', agent !== undefined);
    if (agent === undefined) return;
    const task = await context.request('execute task', {
      method: 'POST',
      path: `/v1/agents/${agent}/tasks`,
      json: { kind: 'word-count', input: 'a platform that survives production' },
      expect: 201,
    });
    const output = task.json<{ output?: { words?: number } }>()?.output;
    await context.check('the words are counted', output?.words === 5);
    await context.request('delete agent', { method: 'DELETE', path: `/v1/agents/${agent}`, expect: 204 });
  },
});
