import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { expect, test } from 'vitest';
import { typesFrom } from '../../../../scripts/generate/k6-operator-types.ts';

/** The CRD: beside the checkout, or where the environment says. It is data for tests alone. */
const crds = join(
  process.env['ORDEAL_CRDS'] ?? join(import.meta.dirname, '../../../../../shared/crds'),
  'k6-operator',
);

const without = existsSync(crds) ? undefined : `skipped: there is no ${crds} (ORDEAL_CRDS)`;

test.skipIf(leftOut(without))('the committed types are what the CRD gives today', async () => {
  const path = join(import.meta.dirname, '../../src/distributed/kubernetes/testrun-types.ts');
  const pretty = await format(typesFrom(crds), { ...(await resolveConfig(path)), filepath: path });
  expect(readFileSync(path, 'utf8')).toBe(pretty);
});
