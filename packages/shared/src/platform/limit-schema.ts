import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { requestTemplate, status } from './platform-parts.ts';

const common = {
  at: z.url({ protocol: /^https?$/ }).optional(),
  refusedWith: status.optional(),
};

/** A limit of a platform file. */
export const limitSchema = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rate'),
      ...common,
      // Half of them are sent at the window's begin, and the others later.
      requests: z.int().min(4).max(10_000),
      windowSeconds: z.number().positive().max(3600),
      window: z.enum(['fixed', 'sliding']),
      ask: requestTemplate(),
    }),
    z.strictObject({
      kind: z.literal('concurrency'),
      ...common,
      requests: z.int().min(1).max(1000),
      // Of a body of one byte nothing would go out that could be under way.
      ask: requestTemplate().refine(
        ({ method, json }) => method !== 'GET' && typeof json === 'object' && json !== null,
        { error: 'A request whose body can be kept back: POST or PUT, with an object or a list as `json`.' },
      ),
      answeredWith: status,
    }),
  ]),
);
