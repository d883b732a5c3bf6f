import { hash } from 'node:crypto';

/** What a write carries: made from its id alone, so that a payload of another write is seen as corrupt. */
export function payloadOf(id: string): string {
  return hash('sha256', `payload of ${id}`);
}
