import { z } from 'zod';
import { createDirectoryStorage } from './directory.ts';
import { createS3Storage } from './s3.ts';
import type { BackupStorage } from './storage.ts';

/** Where a platform file says that backups are. */
export const storageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('directory'), path: z.string().startsWith('/', 'an absolute path') }),
  z.strictObject({
    kind: z.literal('s3'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    prefix: z
      .string()
      .regex(/^(?!\/)(?!.*\/\/)(?!(.*\/)?\.\.?(\/|$)).+$/, 'a folder within the bucket')
      .optional(),
    region: z.string().min(1).optional(),
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    pathStyle: z.boolean().optional(),
    caFile: z.string().startsWith('/', 'an absolute path').optional(),
    credentials: z
      .strictObject({
        accessKeyId: z.string().min(1),
        secretAccessKey: z.string().min(1),
        sessionToken: z.string().min(1).optional(),
      })
      .optional(),
  }),
]);

export type StorageConfig = z.infer<typeof storageSchema>;

export function openStorage(config: StorageConfig): BackupStorage {
  return config.kind === 's3' ? createS3Storage(config) : createDirectoryStorage(config.path);
}
