import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createDirectoryStorage } from '../../src/backup-storage/directory.ts';
import { itKeepsBackups } from './storage-contract.ts';

describe('a directory', () => {
  itKeepsBackups(async () => {
    const path = mkdtempSync(join(tmpdir(), 'ordeal-sp-'));
    return {
      storage: createDirectoryStorage(path),
      left: async () => readdirSync(path),
      dispose: async () => rmSync(path, { recursive: true, force: true }),
    };
  });
});
