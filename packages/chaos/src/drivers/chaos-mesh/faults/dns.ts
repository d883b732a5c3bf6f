import { z } from 'zod';
import type { FaultType } from './fault-type.ts';

/** Names are not found, or are found at random addresses. */
export const dnsSchema = z.strictObject({
  type: z.literal('dns'),
  answer: z.enum(['error', 'random']),
  /** Names, with `*` and `?` as wildcards; default: all. */
  patterns: z.array(z.string().min(1)).min(1).optional(),
});

export const dns: FaultType<z.infer<typeof dnsSchema>> = {
  spec: ({ answer, patterns }, aim) => ({
    kind: 'DNSChaos',
    spec: { action: answer, ...(patterns === undefined ? {} : { patterns }), ...aim },
  }),
  describe: ({ answer, patterns }) =>
    `DNS answers for ${patterns?.join(', ') ?? 'all names'} ${answer === 'error' ? 'fail' : 'are random'}`,
};
