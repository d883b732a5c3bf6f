import { defineJourney } from '@ordeal/shared/journey/journey';

/** A tenant of the platform's in whose name nobody does anything in a run. */
const OTHER = 'acme';
/** One that has an agent and documents of its own for a while: what a run leaves of them is looked for as its leavings. */
const SEEKER = 'initech';

/** What came of looking something up. */
interface Lookup {
  readonly id: string;
  readonly output?: { readonly documents?: readonly unknown[] };
}

/*
 * Whatever the other tenant asks for may be answered in two ways that are no error, so that a leak is told by the check
 * alone, apart from requests that fail. Where there is no such answer there is no check either, and the request fails.
 */
export default defineJourney({
  name: 'tenant-isolation',
  title: 'What one tenant makes no other can read, find, add to or delete',
  async run(context) {
    const headers = { 'x-tenant-id': OTHER };
    const ofSeeker = { 'x-tenant-id': SEEKER };
    const created = await context.request('create agent', {
      method: 'POST',
      path: '/v1/agents',
      json: { name: `private ${context.id}`, labels: { run: context.run } },
      expect: 201,
    });
    const agent = created.json<{ id: string }>()?.id;
    await context.check('what was made has an id', agent !== undefined);
    if (agent === undefined) return;
    const plain = context.id.replaceAll(/[^A-Za-z0-9]/g, '');
    const word = `secret${plain}`;
    await context.request('add document', {
      method: 'POST',
      path: '/v1/knowledge/documents',
      json: { collection: context.id, title: 'Private', body: word },
      expect: 201,
    });
    const given = await context.request('look up', {
      method: 'POST',
      path: `/v1/agents/${agent}/tasks`,
      json: { kind: 'knowledge-lookup', input: word },
      expect: 201,
    });
    const task = given.json<Lookup>()?.id;
    await context.check('the task has an id', task !== undefined);
    // Where an agent finds nothing at all, that another's finds nothing would be worth nothing.
    if (given.status === 201) {
      await context.check(
        'its own agent finds the document',
        (given.json<Lookup>()?.output?.documents?.length ?? 0) > 0,
      );
    }

    // Its own first: what is cached now must be no answer for anybody else.
    await context.request('list own resources', { path: '/v1/resources' });
    const resources = await context.request('list resources as another tenant', {
      path: '/v1/resources',
      headers,
      expect: 200,
    });
    if (resources.status === 200) {
      await context.check(
        'no other tenant sees it among its resources',
        !resources.text.includes(context.run),
      );
    }
    const agents = await context.request('list agents as another tenant', {
      path: '/v1/agents',
      headers,
      expect: 200,
    });
    if (agents.status === 200) {
      await context.check('no other tenant sees the agent in a list', !agents.text.includes(context.run));
    }
    const read = await context.request('read agent as another tenant', {
      path: `/v1/agents/${agent}`,
      headers,
      expect: [200, 404],
    });
    if (read.status === 200 || read.status === 404) {
      await context.check('no other tenant reads the agent', read.status === 404);
    }
    const added = await context.request('give task as another tenant', {
      method: 'POST',
      path: `/v1/agents/${agent}/tasks`,
      headers,
      json: { kind: 'uppercase', input: 'not its agent' },
      expect: [201, 404],
    });
    if (added.status === 201 || added.status === 404) {
      await context.check('no other tenant gives the agent a task', added.status === 404);
    }
    if (task !== undefined) {
      const result = await context.request('read task as another tenant', {
        path: `/v1/tasks/${task}`,
        headers,
        expect: [200, 404],
      });
      if (result.status === 200 || result.status === 404) {
        await context.check('no other tenant reads the task', result.status === 404);
      }
    }
    const documents = await context.request('read documents as another tenant', {
      path: `/v1/knowledge/documents?collection=${context.id}`,
      headers,
      expect: 200,
    });
    if (documents.status === 200) {
      await context.check('no other tenant reads the documents', !documents.text.includes(word));
    }
    const found = await context.request('search as another tenant', {
      path: `/v1/knowledge/search?q=${word}`,
      headers,
      expect: 200,
    });
    if (found.status === 200) {
      await context.check('no other tenant finds the document', !found.text.includes(word));
    }
    const seeker = await context.request('create agent as another tenant', {
      method: 'POST',
      path: '/v1/agents',
      headers: ofSeeker,
      json: { name: `seeker ${context.id}`, labels: { run: context.run } },
      expect: 201,
    });
    const itsAgent = seeker.json<{ id: string }>()?.id;
    if (seeker.status === 201) {
      await context.check('the agent of another tenant has an id', itsAgent !== undefined);
    }
    if (itsAgent !== undefined) {
      const sought = await context.request('look up as another tenant', {
        method: 'POST',
        path: `/v1/agents/${itsAgent}/tasks`,
        headers: ofSeeker,
        json: { kind: 'knowledge-lookup', input: word },
        expect: 201,
      });
      if (sought.status === 201) {
        await context.check(
          'no agent of another tenant finds the document',
          sought.json<Lookup>()?.output?.documents?.length === 0,
        );
      }
      await context.request('delete agent of another tenant', {
        method: 'DELETE',
        path: `/v1/agents/${itsAgent}`,
        headers: ofSeeker,
        expect: 204,
      });
    }
    const left = await context.request('count leavings as another tenant', {
      path: `/v1/runs/${context.run}`,
      headers,
      expect: 200,
    });
    if (left.status === 200) {
      await context.check(
        'no other tenant sees what the run has left',
        left.json<{ left: number }>()?.left === 0,
      );
    }
    const swept = await context.request('delete collection as another tenant', {
      method: 'DELETE',
      path: `/v1/knowledge/collections/${context.id}`,
      headers,
      expect: 200,
    });
    if (swept.status === 200) {
      await context.check(
        'no other tenant deletes the documents',
        swept.json<{ deleted: number }>()?.deleted === 0,
      );
    }
    const foreign = `foreign${plain}`;
    await context.request('add document as another tenant', {
      method: 'POST',
      path: '/v1/knowledge/documents',
      headers: ofSeeker,
      json: { collection: context.id, title: 'Foreign', body: foreign },
      // Its own collection of that name, or none.
      expect: [201, 404],
    });
    const own = await context.request('read own documents', {
      path: `/v1/knowledge/documents?collection=${context.id}`,
      expect: 200,
    });
    if (own.status === 200) {
      await context.check('no other tenant adds to the documents', !own.text.includes(foreign));
    }
    const gone = await context.request('delete agent as another tenant', {
      method: 'DELETE',
      path: `/v1/agents/${agent}`,
      headers,
      expect: [204, 404],
    });
    if (gone.status === 204 || gone.status === 404) {
      await context.check('no other tenant deletes the agent', gone.status === 404);
    }
    const emptied = await context.request('delete leavings as another tenant', {
      method: 'DELETE',
      path: `/v1/runs/${context.run}`,
      headers,
      expect: 200,
    });
    if (emptied.status === 200) {
      await context.check(
        'no other tenant deletes what the run has left',
        emptied.json<{ deleted: number }>()?.deleted === 0,
      );
    }
    await context.request('delete collection of another tenant', {
      method: 'DELETE',
      path: `/v1/knowledge/collections/${context.id}`,
      headers: ofSeeker,
      expect: [200, 404],
    });
    await context.request('it is still there', { path: `/v1/agents/${agent}`, expect: 200 });

    await context.request('delete collection', {
      method: 'DELETE',
      path: `/v1/knowledge/collections/${context.id}`,
    });
    await context.request('delete agent', { method: 'DELETE', path: `/v1/agents/${agent}`, expect: 204 });
  },
});
