import { z } from 'zod';
import { lazily } from '../lazily.ts';
import { isEntryPath } from './entry-path.ts';
import { headers, text } from './platform-parts.ts';

/** Where the platform itself tells which tenants it has, and in which of its regions each of them may be. */
export interface TenantDirectory {
  /** Absolute, or a path below the entry. It tells of all tenants in one answer, and not page by page. */
  readonly url: string;
  /** Beside the platform's own, which are sent to its entry alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where in the answer the list is: `items`, `data.tenants`. Default: the answer is the list. */
  readonly list?: string;
  /** Where in each of the list its id is: a text. */
  readonly id: string;
  /** Where in each of the list the names of its regions are, as `regions` of the platform has them. */
  readonly allowedRegions: string;
}

/** A directory as a platform file states it. */
export const tenantDirectorySchema = lazily(() =>
  z.strictObject({
    url: z.string().refine(isAddress, {
      error: 'A path that begins with one /, or an address without user and password.',
    }),
    headers: headers.optional(),
    list: text.optional(),
    id: text,
    allowedRegions: text,
  }),
);

/** It stands in plans and messages, so it holds no password. */
function isAddress(value: string): boolean {
  if (isEntryPath(value)) return true;
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
