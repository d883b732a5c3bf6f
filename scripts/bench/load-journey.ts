import { defineJourney } from '../../packages/shared/src/journey/journey.ts';

export default defineJourney({
  name: 'bench',
  title: 'Creates an item and reads it',
  async run(context) {
    const made = await context.request('make item', {
      method: 'POST',
      path: `/items/${context.id}`,
      json: { run: context.run, words: 'two words' },
      expect: 201,
    });
    const seen = await context.request('read item', { path: `/items/${context.id}?by=${context.tenant}` });
    await context.check('the same', seen.json<{ id: string }>()?.id === made.json<{ id: string }>()?.id);
  },
});
