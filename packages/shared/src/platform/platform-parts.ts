import { z } from 'zod';
import { lazily } from '../lazily.ts';

/** What several parts of a platform file are made of. */
export const text = z.string().min(1);
export const name = z
  .string()
  .regex(/^[\w][\w .:-]*$/, 'a name of letters, digits, spaces, dots, colons, hyphens and underscores');
export const status = z.number().int().min(100).max(599);
const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: 'A header is named by letters, digits and hyphens.' });
export const headerValue = z
  .string()
  .regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, { error: 'A header holds one line of Latin characters.' });
export const headers = z.record(headerName, headerValue);

export const requestTemplate = lazily(() =>
  z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
    path: z.string().startsWith('/'),
    headers: headers.optional(),
    json: z.unknown().optional(),
  }),
);

export const postgresUrl = lazily(() =>
  z.string().regex(/^postgres(ql)?:\/\/[^/]/, 'an address that begins with postgresql://'),
);
export const redisUrl = lazily(() =>
  z.string().regex(/^rediss?:\/\/[^/]/, 'an address that begins with redis:// or rediss://'),
);

export const clusterIdentity = lazily(() =>
  z.strictObject({
    kubeconfig: text.optional(),
    context: text,
    uid: z.string().regex(/^[0-9a-f-]{36}$/, {
      error:
        'The UID of the namespace kube-system: kubectl get namespace kube-system -o jsonpath={.metadata.uid}',
    }),
  }),
);
