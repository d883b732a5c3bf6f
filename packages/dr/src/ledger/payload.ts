import { createHash } from 'node:crypto';

/** What a write carries: made from its id alone, so that a payload of another write is seen as corrupt. */
export function payloadOf(id: string): string {
  return createHash('sha256').update(`payload of ${id}`).digest('hex');
}

/** Hash of what came back, to compare with what was sent. Anything but a string hashes to `none`. */
export function payloadHash(payload: unknown): string {
  return typeof payload === 'string'
    ? createHash('sha256').update(payload).digest('hex').slice(0, 16)
    : 'none';
}
