import { expect, test } from 'vitest';
import { DEPLOYMENT_DRIVER } from '@ordeal/chaos/deployments/healer';
import { COPY_DRIVER } from '@ordeal/dr/backup-storage/copy-driver';
import { REJOIN_DRIVER } from '@ordeal/dr/drivers/postgres/rejoin-driver';
import { RESTORE_MARKERS_DRIVER } from '@ordeal/dr/restore/markers';
import { RESTORE_TARGET_DRIVER } from '@ordeal/dr/restore/target';
import { WRITTEN_DRIVER } from '@ordeal/dr/ledger/written-driver';
import { K6_OPERATOR_DRIVER } from '@ordeal/load/distributed/healer';
import { PROCESS_DRIVER } from '@ordeal/shared/undo/process-healer';
import { faultDrivers } from '../../src/compose/fault-drivers.ts';
import { healers } from '../../src/compose/healers.ts';

// The tables name what they have not loaded yet: that the names are right shows here.
test.each(Object.entries(faultDrivers))(
  'the fault driver "%s" is filed under its kind',
  async (kind, load) => {
    expect((await load()).kind).toBe(kind);
  },
);

test.each([
  ...Object.keys(faultDrivers),
  K6_OPERATOR_DRIVER,
  RESTORE_MARKERS_DRIVER,
  RESTORE_TARGET_DRIVER,
  REJOIN_DRIVER,
  COPY_DRIVER,
  WRITTEN_DRIVER,
  DEPLOYMENT_DRIVER,
  PROCESS_DRIVER,
])('an undo entry of "%s" is healed', (driver) => {
  expect(healers).toHaveProperty([driver]);
});

test.each(Object.entries(healers))('what heals "%s" can be loaded', async (_driver, healer) => {
  expect(await healer.prepare?.()).toBeUndefined();
});
