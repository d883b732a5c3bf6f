import { search } from '../../search.ts';
import type { Store } from '../../store/store.ts';

type Execute = (input: string, tenant: string, store: Store, whose: string) => Promise<unknown> | unknown;

/** What an agent can do with a text. */
const kinds: Readonly<Record<string, Execute>> = {
  'word-count': (input) => ({
    words: input.split(/\s+/).filter((word) => word !== '').length,
    characters: input.length,
  }),
  uppercase: (input) => ({ text: input.toUpperCase() }),
  'knowledge-lookup': async (input, tenant, store, whose) => {
    const hits = await search(store, tenant, input, undefined, 3, whose);
    return { documents: hits.map(({ id, title, rank }) => ({ id, title, rank })) };
  },
};

export const kindNames: readonly string[] = Object.keys(kinds);

/** Carries out a task. Its result is what is persisted. */
export async function execute(
  kind: string,
  input: string,
  tenant: string,
  store: Store,
  whose: string,
): Promise<unknown> {
  return kinds[kind]!(input, tenant, store, whose);
}
