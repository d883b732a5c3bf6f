import { z } from 'zod';
import { createDirectoryStorage } from './directory.ts';
import type { BackupStorage } from './storage.ts';

/** Where a platform file says that backups are. */
export const storageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('directory'), path: z.string().startsWith('/', 'an absolute path') }),
]);

export type StorageConfig = z.infer<typeof storageSchema>;

export function openStorage(config: StorageConfig): BackupStorage {
  return createDirectoryStorage(config.path);
}
