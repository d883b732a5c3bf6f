import { describe, expect, it } from 'vitest';
import { collectionsOf, fillTemplate } from '../../src/platform/template.ts';

const variables = {
  id: 'a/b?c',
  collection: 'run-1',
  run: 'run',
  tenant: 'acme',
  payload: 'say "hi"\n{{id}}',
  cursor: '',
};

describe('a request template', () => {
  it('is encoded in the path, escaped in the body and plain in a header', () => {
    const filled = fillTemplate(
      {
        method: 'POST',
        path: '/c/{{collection}}/{{ id }}?after={{cursor}}',
        headers: { 'X-Tenant': '{{tenant}}' },
        json: { text: '{{payload}}', nested: [{ id: 'x-{{id}}' }], count: 3 },
      },
      variables,
      { 'x-tenant': 'nobody', 'X-Run': '1' },
    );
    expect(filled.path).toBe('/c/run-1/a%2Fb%3Fc?after=');
    expect(JSON.parse(filled.body ?? '')).toEqual({
      text: variables.payload,
      nested: [{ id: 'x-a/b?c' }],
      count: 3,
    });
    expect(filled.headers).toEqual({ 'content-type': 'application/json', 'x-tenant': 'acme', 'x-run': '1' });
  });

  it('without a body sends none', () => {
    expect(fillTemplate({ method: 'GET', path: '/' }, variables, {})).toEqual({
      method: 'GET',
      path: '/',
      headers: {},
      body: null,
    });
  });

  it.each([
    [{ method: 'GET', path: '/{{idd}}' } as const, 'Unknown variable {{idd}} in GET /{{idd}}'],
    [{ method: 'POST', path: '/', json: { a: '{{toString}}' } } as const, 'in the body of POST /'],
  ])('with a variable that does not exist is an error', (template, message) => {
    expect(() => fillTemplate(template, variables, {})).toThrow(message);
  });

  it('names the collections that it writes into', () => {
    const json = {
      collection: '{{collection}}-probe',
      title: '{{id}} in {{collection}}',
      list: ['{{collection}}'],
    };
    expect(collectionsOf({ method: 'POST', path: '/', json }, 'c')).toEqual(['c-probe', 'c']);
    expect(collectionsOf({ method: 'GET', path: '/{{collection}}' }, 'c')).toEqual([]);
  });
});
